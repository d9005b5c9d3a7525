package org.gleaner.machine;

/// Unwinds an actor that the engine has no more use for: a daemon at the end, everyone after a
/// failure. An [Error], so that no ordinary handler swallows it; without a stack, for nobody reads
/// it.
final class Stop extends Error {
    static final Stop INSTANCE = new Stop();

    private Stop() {
        super("actor stopped by its engine", null, false, false);
    }
}
