package org.gleaner.lab.run;

import java.util.List;

/// Where time went: a function, what it took, and what it called.
public interface CallTreeResult {

    /// The kernel's name for the function; at the root, for the thread.
    String name();

    /// Time in the function and all that it called, in nanoseconds.
    long inclusiveNanos();

    /// Time in the function itself, in nanoseconds.
    long exclusiveNanos();

    /// What it called, each function once, in any order.
    List<? extends CallTreeResult> children();
}
