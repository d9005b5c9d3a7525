package org.gleaner.lab.choice;

import org.jspecify.annotations.Nullable;

/// How large a base page of the host is.
public enum PageSizeChoice implements Choice {
    KIB_4("4KiB", 12),
    KIB_16("16KiB", 14),
    KIB_64("64KiB", 16);

    private final String label;
    private final int shift;

    PageSizeChoice(String label, int shift) {
        this.label = label;
        this.shift = shift;
    }

    @Override
    public String label() {
        return label;
    }

    /// Why a processor has no such pages; null if it has.
    public @Nullable String refusal(ArchChoice arch) {
        return this == KIB_4 || arch == ArchChoice.ARM64
                ? null
                : arch.label() + " has pages of 4KiB only";
    }

    /// Binary logarithm of [#bytes].
    public int shift() {
        return shift;
    }

    public int bytes() {
        return 1 << shift;
    }
}
