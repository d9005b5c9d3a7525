package org.gleaner.lab.choice;

/// What executes the kernel's code.
public enum EngineChoice implements Choice {
    /// Virtual time on one host thread: a cost model, repeatable to the bit.
    VIRTUAL("virtual"),

    /// Platform threads of this machine: real races, real time.
    THREADS("threads");

    private final String label;

    EngineChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
