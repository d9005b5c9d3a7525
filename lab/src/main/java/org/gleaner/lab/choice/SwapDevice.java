package org.gleaner.lab.choice;

/// Where pages are swapped to.
public enum SwapDevice implements Choice {
    /// Compressed memory: synchronous, without readahead.
    ZRAM("zram"),

    /// A block device: asynchronous, with readahead in clusters.
    DISK("disk"),

    /// Nowhere: what does not fit ends in the OOM killer.
    NONE("none");

    private final String label;

    SwapDevice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
