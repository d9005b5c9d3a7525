package org.gleaner.lab.choice;

/// What a user says a trace file holds.
public enum TraceFormat implements Choice {
    U32("u32");

    private final String label;

    TraceFormat(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
