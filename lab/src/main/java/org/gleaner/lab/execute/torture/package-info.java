/// The torture: real threads, all invariants armed, a round after another.
@NullMarked
package org.gleaner.lab.execute.torture;

import org.jspecify.annotations.NullMarked;
