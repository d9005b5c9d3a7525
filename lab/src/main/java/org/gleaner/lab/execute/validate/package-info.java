/// Tables of what was published or measured, run row by row.
@NullMarked
package org.gleaner.lab.execute.validate;

import org.jspecify.annotations.NullMarked;
