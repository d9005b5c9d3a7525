/// Address spaces: mappings, the objects they map, primary page tables, and the reverse map.
///
/// What may enter: which page is mapped where. What may not: how a page gets there (`mm.fault`) or
/// why it leaves (`mm.reclaim`).
@NullMarked
package org.gleaner.mm.space;

import org.jspecify.annotations.NullMarked;
