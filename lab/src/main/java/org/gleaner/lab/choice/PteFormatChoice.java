package org.gleaner.lab.choice;

/// The format of the second-stage page table.
public enum PteFormatChoice implements Choice {
    /// Intel's, with accessed and dirty bits set by hardware.
    EPT("ept"),

    /// Intel's without them: KVM takes a fault to learn of an access.
    EPT_NOAD("ept-noad"),

    /// AMD's.
    NPT("npt");

    private final String label;

    PteFormatChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
