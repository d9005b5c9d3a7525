/// Swap: slots, their cache and shadows, and the devices behind them.
///
/// What may enter: where an evicted page is kept and how it gets there. What may not: which page is
/// evicted, and who maps it.
@NullMarked
package org.gleaner.mm.swap;

import org.jspecify.annotations.NullMarked;
