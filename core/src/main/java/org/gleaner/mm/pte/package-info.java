/// The host's own page tables: what an entry of each host architecture means, the trees of an
/// address space with a lock per table, and what a CPU remembers of them.
///
/// What may enter: formats of primary entries and the rules by which they change. What may not: who
/// faults, and which pages leave.
@NullMarked
package org.gleaner.mm.pte;

import org.jspecify.annotations.NullMarked;
