/// Recorded page traces: finding one, reading it, and interning it into arrays that can be replayed
/// at full speed.
///
/// A trace is read once and whole. Nothing here knows what an access will meet when it is replayed.
@NullMarked
package org.gleaner.lab.trace;

import org.jspecify.annotations.NullMarked;
