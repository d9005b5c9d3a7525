package org.gleaner.lab.choice;

/// What a planner might do otherwise on a host.
public enum KnobChoice implements Choice {
    /// Another kernel.
    KERNEL("kernel"),

    /// The other reclaim.
    LRU("lru"),

    /// Another way to learn of guests' accesses.
    AGING("aging"),

    /// Another swap device.
    SWAP("swap"),

    /// A protection for every VM.
    LOW("low");

    private final String label;

    KnobChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
