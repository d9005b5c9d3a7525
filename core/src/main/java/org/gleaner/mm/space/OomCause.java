package org.gleaner.mm.space;

/// What a process was killed for.
public enum OomCause {
    /// The host was out of memory and swap.
    HOST,

    /// A cgroup could not be kept below its `memory.max`.
    LIMIT,

    /// All there was to evict had been used within `min_ttl_ms`.
    MIN_TTL
}
