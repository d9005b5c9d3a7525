package org.gleaner.machine;

/// What an actor is doing, as far as the engine must know.
enum Activity {
    /// It holds the host thread.
    RUNNING,
    /// It takes part in the tournament with its own time.
    READY,
    /// It waits for a word and takes no part.
    WAITING,
    /// It waits for a word and takes part with its deadline.
    TIMED,
    /// It takes part with the time at which it will wake.
    SLEEPING,
    /// It would run, and waits for a CPU.
    QUEUED,
    /// It has returned.
    DONE
}
