package org.gleaner.lab.choice;

/// Who sets the access flag of an arm64 host.
public enum AccessFlagChoice implements Choice {
    /// Hardware.
    ON("on"),

    /// A fault.
    OFF("off"),

    /// Hardware in the host's own tables, and a fault in its guests'.
    AC03_CPU_38("ac03-cpu-38");

    private final String label;

    AccessFlagChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
