/// Independent hosts on all cores: who may have one, how far they are, how long it takes yet. Knows
/// no kind of run.
@NullMarked
package org.gleaner.lab.execute.parallel;

import org.jspecify.annotations.NullMarked;
