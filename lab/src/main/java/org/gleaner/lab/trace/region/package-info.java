/// Formats that say less than each access: regions and how often they were accessed, samples,
/// resident pages, counts.
///
/// One small class for each format. It knows the bytes and lines of its tool and nothing of what is
/// made of the accesses.
@NullMarked
package org.gleaner.lab.trace.region;

import org.jspecify.annotations.NullMarked;
