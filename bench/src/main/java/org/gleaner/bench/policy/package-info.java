/// How fast bare replacement policies are, beside those of a peer and a list in two arrays, over
/// the same accesses in the same run. The peer comes from a library that only its profile asks for:
/// it is run as its users run it, and nothing here is compiled against it.
@NullMarked
package org.gleaner.bench.policy;

import org.jspecify.annotations.NullMarked;
