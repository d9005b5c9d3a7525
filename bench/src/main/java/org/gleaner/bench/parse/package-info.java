/// How fast traces are parsed, beside a loop over the same bytes. Nothing enters but the program
/// that measures it and the inputs that it makes.
@NullMarked
package org.gleaner.bench.parse;

import org.jspecify.annotations.NullMarked;
