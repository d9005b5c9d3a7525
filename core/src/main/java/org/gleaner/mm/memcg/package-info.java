/// Memory cgroups: usage, limits, and the charge path that reclaims when a limit is hit.
///
/// What may enter: accounting. What may not: what reclaim does to make room.
@NullMarked
package org.gleaner.mm.memcg;

import org.jspecify.annotations.NullMarked;
