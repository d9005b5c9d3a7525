/// What a sweep is: which keys vary over which values, which points that makes in which order, and
/// which command each point is. Nothing here runs anything, and Spark may not enter: all of it is
/// tested without.
@NullMarked
package org.gleaner.fleet.plan;

import org.jspecify.annotations.NullMarked;
