package org.gleaner.cli;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.gleaner.lab.trace.Trace;

/// Where a process that runs many commands finds a trace again that one of them has read.
@FunctionalInterface
public interface TraceShelf {

    /// For a process that runs one command.
    TraceShelf NONE = (_, reading) -> reading.get();

    /// The trace of a file that is read as it is usually read, now or before. May be called by
    /// several threads at once.
    Trace trace(Path file, Supplier<Trace> reading);
}
