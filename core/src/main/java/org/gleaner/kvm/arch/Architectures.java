package org.gleaner.kvm.arch;

import java.util.List;

/// The second stages that there are.
public final class Architectures {
    public static final List<Architecture> ALL =
            List.of(
                    X86.EPT,
                    X86.EPT_NO_AD,
                    X86.NPT,
                    Arm64.HARDWARE_FLAG,
                    Arm64.SOFTWARE_FLAG,
                    Arm64.SERIAL_FAULTS,
                    Arm64.PROTECTED);

    private Architectures() {}
}
