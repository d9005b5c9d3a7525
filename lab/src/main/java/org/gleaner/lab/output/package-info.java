/// How files that a user asked for are written: at once and whole, or not at all.
@NullMarked
package org.gleaner.lab.output;

import org.jspecify.annotations.NullMarked;
