package org.gleaner.mm.reclaim;

/// The bits of `/sys/kernel/mm/lru_gen/enabled`.
///
/// @param core 0x1: MGLRU instead of the classic lists
/// @param mmWalk 0x2: aging walks page tables
/// @param nonLeafYoung 0x4: the walk skips tables whose non-leaf accessed bit is clear
public record LruGenCaps(boolean core, boolean mmWalk, boolean nonLeafYoung) {
    /// From the number that the kernel shows and takes.
    ///
    /// @throws IllegalArgumentException if a bit above 0x7 is set
    public static LruGenCaps of(int bits) {
        if ((bits & ~7) != 0) {
            throw new IllegalArgumentException(
                    "lru_gen bits 0x%x: only 0x1, 0x2 and 0x4 are known".formatted(bits));
        }
        return new LruGenCaps((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
    }

    public int bits() {
        return (core ? 1 : 0) | (mmWalk ? 2 : 0) | (nonLeafYoung ? 4 : 0);
    }
}
