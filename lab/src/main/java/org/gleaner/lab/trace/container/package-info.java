/// What a trace is packed in: compressed files and archives, told by their first bytes.
///
/// The libraries that unpack them are known here and nowhere else. What the bytes inside mean is
/// not known here.
@NullMarked
package org.gleaner.lab.trace.container;

import org.jspecify.annotations.NullMarked;
