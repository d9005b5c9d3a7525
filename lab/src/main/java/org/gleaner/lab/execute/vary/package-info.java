/// The same run again: with other seeds, or with costs moved in their ranges.
@NullMarked
package org.gleaner.lab.execute.vary;

import org.jspecify.annotations.NullMarked;
