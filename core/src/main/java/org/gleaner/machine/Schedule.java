package org.gleaner.machine;

/// Decides which actor of an [ExploringEngine] takes the next step, and is told what came of it.
public interface Schedule {
    /// Answer: leave this run as it is; nothing more is to be learnt from it.
    int ABANDON = -1;

    /// A run begins.
    void begin(ExploringEngine engine);

    /// The engine stands between two steps, and some actor can go on.
    ///
    /// @return one of the actors in [ExploringEngine#enabled], or [#ABANDON]
    int next(ExploringEngine engine);

    /// `actor` has taken its step.
    void taken(ExploringEngine engine, int actor, Step step);
}
