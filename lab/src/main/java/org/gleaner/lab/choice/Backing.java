package org.gleaner.lab.choice;

/// What the memory is mapped from.
public enum Backing implements Choice {
    /// A private anonymous mapping.
    ANON("anon"),

    /// A shared mapping of a memfd.
    MEMFD("memfd");

    private final String label;

    Backing(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
