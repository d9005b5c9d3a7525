/// Made traces: patterns of access with documented parameters, the same for the same seed.
///
/// A pattern knows pages and numbers only. What a replay makes of them is not known here.
@NullMarked
package org.gleaner.lab.generate;

import org.jspecify.annotations.NullMarked;
