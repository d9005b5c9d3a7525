package org.gleaner.lab.choice;

/// Which reclaim the host runs.
public enum Lru implements Choice {
    /// Multi-gen LRU: generations, and aging by walking page tables.
    MGLRU("mglru"),

    /// Active and inactive lists.
    CLASSIC("classic");

    private final String label;

    Lru(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
