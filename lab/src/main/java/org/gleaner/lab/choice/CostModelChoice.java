package org.gleaner.lab.choice;

/// Which machine's costs virtual time charges.
public enum CostModelChoice implements Choice {
    /// A large x86 server.
    X86_SERVER("x86-server"),

    /// An arm64 server with Neoverse N1 cores.
    ARM64_N1("arm64-n1");

    private final String label;

    CostModelChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
