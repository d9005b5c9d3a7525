/// Physical memory: the zone's free pages, watermarks, per-CPU lists, and page contents.
///
/// What may enter: which frames are free. What may not: what the used ones hold.
@NullMarked
package org.gleaner.mm.memory;

import org.jspecify.annotations.NullMarked;
