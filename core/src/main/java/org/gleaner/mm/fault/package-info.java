/// How a page gets into an address space: page faults, swap-in, and resolving pages for other
/// users.
///
/// What may enter: everything between an access that misses and the entry that makes it hit. What
/// may not: how room is made.
@NullMarked
package org.gleaner.mm.fault;

import org.jspecify.annotations.NullMarked;
