/// Aging designs, the memory manager's half: how reclaim harvests accessed bits from secondary
/// MMUs.
///
/// One strategy per design over one seam, chosen by name. What may not enter: generations, lists
/// and other policy of reclaim.
@NullMarked
package org.gleaner.mm.aging;

import org.jspecify.annotations.NullMarked;
