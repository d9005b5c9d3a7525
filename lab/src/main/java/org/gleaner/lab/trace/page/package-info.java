/// Page numbers: small ids for those that a trace touches, and where they lie in a region.
///
/// Nothing here knows where accesses come from, nor what is made of them.
@NullMarked
package org.gleaner.lab.trace.page;

import org.jspecify.annotations.NullMarked;
