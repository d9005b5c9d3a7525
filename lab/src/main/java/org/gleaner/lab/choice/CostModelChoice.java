package org.gleaner.lab.choice;

/// Which machine's costs virtual time charges.
public enum CostModelChoice implements Choice {
    /// The one of the host's architecture.
    AUTO("auto"),

    /// A large x86 server.
    X86_SERVER("x86-server"),

    /// A workstation of one socket whose 64 cores lie in complexes of four: one processor, not a
    /// kind of server, so that a host that is turned to another architecture has that one's.
    X86_ZEN2("x86-zen2"),

    /// An arm64 server with Neoverse N1 cores.
    ARM64_N1("arm64-n1"),

    /// The same with the four threads of a POWER9 core, for a host that stands in for one.
    POWER9("power9");

    private final String label;

    CostModelChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /// Which that is on a host with such a processor; never [#AUTO].
    public CostModelChoice on(ArchChoice arch) {
        if (this != AUTO && !(this == X86_ZEN2 && arch != ArchChoice.X86)) {
            return this;
        }
        return switch (arch) {
            case X86 -> X86_SERVER;
            case ARM64 -> ARM64_N1;
        };
    }
}
