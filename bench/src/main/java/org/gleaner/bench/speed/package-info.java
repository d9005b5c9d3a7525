/// The one command that measures speed and writes it down. Nothing here measures anything itself.
@NullMarked
package org.gleaner.bench.speed;

import org.jspecify.annotations.NullMarked;
