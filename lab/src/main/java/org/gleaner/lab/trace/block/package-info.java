/// Formats of traces of disks and caches: a record is a request for blocks, or for a key.
///
/// One small class for each format. It knows the bytes and lines of its tool and nothing of what is
/// made of the accesses.
@NullMarked
package org.gleaner.lab.trace.block;

import org.jspecify.annotations.NullMarked;
