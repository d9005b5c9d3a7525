/// Where folios live between faults and reclaim: lruvecs, generations, per-CPU batches, shadows.
///
/// What may enter: the lists and the rules that place a folio on them. What may not: when to scan,
/// how much, and whom to evict; that is `mm.reclaim`.
@NullMarked
package org.gleaner.mm.lru;

import org.jspecify.annotations.NullMarked;
