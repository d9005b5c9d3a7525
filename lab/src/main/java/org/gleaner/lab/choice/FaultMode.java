package org.gleaner.lab.choice;

/// Of what pages a guest's faults wait for user space.
public enum FaultMode implements Choice {
    /// Pages that are nowhere: user space copies one in.
    MISSING("missing"),

    /// Pages that a file has, and that are not mapped for the guest yet.
    MINOR("minor");

    private final String label;

    FaultMode(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
