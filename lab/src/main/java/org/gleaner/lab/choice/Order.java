package org.gleaner.lab.choice;

/// In which order a guest takes the objects of a part of its memory.
public enum Order implements Choice {
    /// As they lie, over and over.
    LOOP("loop"),

    /// Any, each with the same chance.
    RANDOM("random"),

    /// One random circle through all of them, over and over.
    CHASE("chase");

    private final String label;

    Order(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
