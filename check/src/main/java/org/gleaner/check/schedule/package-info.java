/// The order in which a program's actors take their steps: as a text, followed, drawn at random, or
/// searched through. Knows the exploring engine and no program.
@NullMarked
package org.gleaner.check.schedule;

import org.jspecify.annotations.NullMarked;
