/// A point as the command that it is, run in this process by one thread, and what its document says
/// as figures and curves. Knows neither sweeps nor Spark.
@NullMarked
package org.gleaner.fleet.point;

import org.jspecify.annotations.NullMarked;
