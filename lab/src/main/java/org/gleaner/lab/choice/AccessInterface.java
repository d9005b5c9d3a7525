package org.gleaner.lab.choice;

/// What a kernel tells a live process's accesses by, the finest first.
public enum AccessInterface implements Choice {
    /// Idle page tracking.
    IDLE_PAGES("idle"),

    /// DAMON, driven through its directory in sysfs.
    DAMON("damon"),

    /// `clear_refs` and `smaps`.
    SMAPS("smaps");

    private final String label;

    AccessInterface(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
