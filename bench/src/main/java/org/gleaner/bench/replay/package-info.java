/// How fast a replay through the whole host is, beside a bare list of the same accesses. Nothing
/// enters but the program that measures it, its traces and that list.
@NullMarked
package org.gleaner.bench.replay;

import org.jspecify.annotations.NullMarked;
