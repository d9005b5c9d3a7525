package org.gleaner.lab.choice;

/// Whether something is used.
public enum Switch implements Choice {
    ON("on"),
    OFF("off");

    private final String label;

    Switch(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
