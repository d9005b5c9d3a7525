package org.gleaner.lab.choice;

/// Which kernel's reclaim rules hold.
public enum Kernel implements Choice {
    /// Long-term 6.1, as of 6.1.192.
    V6_1("6.1", AgingChoice.LOCKED_FLUSH),

    /// Long-term 6.12, as of 6.12.107: later stable updates differ.
    V6_12("6.12", AgingChoice.LOCKED),

    /// Long-term 6.18, as of 6.18.15.
    V6_18("6.18", AgingChoice.MERGED),

    /// 7.2, as of 7.2.12.
    V7_2("7.2", AgingChoice.MERGED);

    private final String label;
    private final AgingChoice aging;

    Kernel(String label, AgingChoice aging) {
        this.label = label;
        this.aging = aging;
    }

    @Override
    public String label() {
        return label;
    }

    /// The aging design that this kernel was released with.
    public AgingChoice aging() {
        return aging;
    }
}
