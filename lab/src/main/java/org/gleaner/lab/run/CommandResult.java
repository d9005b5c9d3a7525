package org.gleaner.lab.run;

import org.gleaner.lab.choice.HostFile;
import org.jspecify.annotations.Nullable;

/// A command that was written into a file of the host's kernel.
///
/// @param seconds when, since the host was started
/// @param wrote what was written, with the generations' numbers in it
/// @param errno how it failed; null if it did not
/// @param text what `lru_gen` says after a command to it; null for other files
public record CommandResult(
        double seconds, HostFile to, String wrote, @Nullable String errno, @Nullable String text) {}
