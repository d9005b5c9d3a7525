package org.gleaner.lab.choice;

/// What a guest does once its memory is populated.
public enum Workload implements Choice {
    /// Touches its working set page by page, over and over.
    LOOP("loop"),

    /// Touches pages of its working set at random.
    RANDOM("random"),

    /// Goes through its phases.
    PHASES("phases"),

    /// Nothing.
    IDLE("idle");

    private final String label;

    Workload(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
