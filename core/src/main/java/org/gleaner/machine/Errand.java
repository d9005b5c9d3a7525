package org.gleaner.machine;

/// What is done for a parked CPU when its moment comes, by whoever has the host thread then: it
/// needs no stack of its own.
interface Errand {
    /// Does it, now that the CPU is the earliest; false if others come first before the CPU can go
    /// on with its stack.
    boolean mayGoOn();
}
