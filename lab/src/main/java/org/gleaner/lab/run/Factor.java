package org.gleaner.lab.run;

/// What may have several values in one comparison of replays, in the order in which names tell it.
public enum Factor {
    TRACE,
    MEMORY,
    KERNEL,
    LRU,
    THROUGH,
    AGING
}
