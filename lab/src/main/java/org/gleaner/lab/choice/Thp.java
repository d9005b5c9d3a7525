package org.gleaner.lab.choice;

/// Transparent huge pages (`/sys/kernel/mm/transparent_hugepage/enabled`).
public enum Thp implements Choice {
    /// Every page is one of 4 KiB.
    NEVER("never"),

    /// Anonymous memory gets 2 MiB at its first touch, where it can.
    ALWAYS("always");

    private final String label;

    Thp(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
