/// Event counters by the kernel's own names.
@NullMarked
package org.gleaner.mm.stat;

import org.jspecify.annotations.NullMarked;
