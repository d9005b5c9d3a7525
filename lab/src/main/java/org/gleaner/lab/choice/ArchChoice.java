package org.gleaner.lab.choice;

/// The processor of the host.
public enum ArchChoice implements Choice {
    /// x86-64 with nested paging: A and D by hardware, on all levels.
    X86("x86"),

    /// arm64, which sets the access flag by itself (FEAT_HAFDBS) or faults for it.
    ARM64("arm64");

    private final String label;

    ArchChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    /// Of the bits of MGLRU those that a kernel on such a processor offers: page tables are walked
    /// only where hardware sets the accessed bits of their leaves, and only x86 sets those above.
    ///
    /// @param hardwareAccessed whether hardware sets accessed bits
    public LruGenChoice offers(LruGenChoice asked, boolean hardwareAccessed) {
        int without = this == X86 ? 0 : LruGenChoice.NONLEAF_YOUNG;
        without |= hardwareAccessed ? 0 : LruGenChoice.MM_WALK | LruGenChoice.SECONDARY_WALK;
        return new LruGenChoice(asked.bits() & ~without);
    }
}
