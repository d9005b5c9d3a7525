/// Page tables as words: tables in slabs, entry formats per architecture, walkers.
///
/// What may enter: the shape and the atomic rules of entries. What may not: policy, faults, folios.
@NullMarked
package org.gleaner.pagetable;

import org.jspecify.annotations.NullMarked;
