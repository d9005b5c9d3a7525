package org.gleaner.lab.run;

import org.gleaner.lab.choice.AgingChoice;
import org.jspecify.annotations.Nullable;

/// Torture the machine.
///
/// @param seconds how long, 1 and up
/// @param aging the design to torture; null for all in turn
/// @param seed of every actor's choices; when they meet is up to the host's threads
public record TortureRequest(int seconds, @Nullable AgingChoice aging, long seed) {}
