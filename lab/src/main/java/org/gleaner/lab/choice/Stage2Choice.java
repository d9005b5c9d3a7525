package org.gleaner.lab.choice;

/// What is special about the second stage of an arm64 guest.
public enum Stage2Choice implements Choice {
    /// Nothing.
    PLAIN("plain"),

    /// KVM keeps hardware from setting its access flag, though the processor sets that of the
    /// host's own tables: the way round this erratum of a processor.
    AC03_CPU_38("ac03-cpu-38"),

    /// The host may not get at the guest (pKVM): what the guest has touched stays pinned.
    PROTECTED("protected");

    private final String label;

    Stage2Choice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
