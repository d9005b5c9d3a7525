package org.gleaner.machine;

/// One actor's control flow, resumed by the scheduler and suspended by the actor itself. Exactly
/// one side runs at any time, and what one wrote the other sees.
interface Coroutine {
    /// Scheduler side: runs the body until it suspends or returns.
    void resume();

    /// Actor side: goes back to the scheduler, returns at the next [#resume].
    ///
    /// @throws IllegalStateException if a native frame (a class initialiser) is on the actor's
    ///   stack
    void suspend();
}
