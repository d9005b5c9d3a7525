package org.gleaner.machine;

/// What an access orders beside its own word; see [Cpu#only].
public enum MemoryOrder {
    /// Nothing (`READ_ONCE`, `WRITE_ONCE`, an atomic of the relaxed kind).
    PLAIN,

    /// A load that comes after the last one, which gave its address: no later load follows from it.
    DEPENDENT,

    /// What comes later stays later.
    ACQUIRE,

    /// What came earlier stays earlier.
    RELEASE,

    /// Both, and nothing passes it.
    FULL
}
