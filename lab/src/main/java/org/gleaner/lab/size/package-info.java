/// Amounts of memory and the scale they are taken at, as users write them and as the machine needs
/// them.
///
/// Exact arithmetic and clear refusals; no policy about how much is enough.
@NullMarked
package org.gleaner.lab.size;

import org.jspecify.annotations.NullMarked;
