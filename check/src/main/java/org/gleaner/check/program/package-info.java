/// What a program is: its body, the stage on which one run is set up, a protocol's variants, one
/// trial under one schedule, and what a trial finds. No program is here.
@NullMarked
package org.gleaner.check.program;

import org.jspecify.annotations.NullMarked;
