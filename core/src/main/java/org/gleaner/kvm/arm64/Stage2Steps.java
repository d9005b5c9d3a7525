package org.gleaner.kvm.arm64;

import org.gleaner.kvm.mmu.ProtocolSteps;

/// The steps of arm64: those that all architectures share.
public class Stage2Steps extends ProtocolSteps {
    /// What is right.
    public static final Stage2Steps LINUX = new Stage2Steps();

    protected Stage2Steps() {}
}
