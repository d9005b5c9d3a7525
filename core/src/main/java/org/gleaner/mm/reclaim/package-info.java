/// Reclaim: who is scanned, who is evicted, and how: kswapd, direct reclaim, the classic LRU and
/// MGLRU.
///
/// What may enter: decisions about folios on lists, by kernel version. What may not: how a page
/// comes back.
@NullMarked
package org.gleaner.mm.reclaim;

import org.jspecify.annotations.NullMarked;
