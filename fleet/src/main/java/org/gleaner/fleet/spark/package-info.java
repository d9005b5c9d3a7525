/// Where points are run: one simulation, one task, one thread of Apache Spark, and rows of Parquet.
/// The one room that sees Spark. What a point is, and which comes next, is decided in `fleet.plan`.
@NullMarked
package org.gleaner.fleet.spark;

import org.jspecify.annotations.NullMarked;
