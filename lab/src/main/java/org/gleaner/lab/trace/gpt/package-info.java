/// The page trace file, Gleaner's own format: page numbers as small ids with a dictionary, coded as
/// differences, in compressed frames with checksums and an index. `docs/page-trace.md` specifies
/// it.
///
/// Written and read as a stream: neither needs memory for more than a frame and the dictionary.
/// What the accesses are for is not known here.
@NullMarked
package org.gleaner.lab.trace.gpt;

import org.jspecify.annotations.NullMarked;
