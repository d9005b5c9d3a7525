/// What a trace is like: how much of memory it works on at a time, how soon it comes back to a
/// page, and where it is hot.
///
/// Everything here takes pages by their small ids, one access after the other, and needs memory for
/// the pages alone, however long the trace is.
@NullMarked
package org.gleaner.lab.trace.profile;

import org.jspecify.annotations.NullMarked;
