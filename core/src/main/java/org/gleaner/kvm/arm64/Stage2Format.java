package org.gleaner.kvm.arm64;

import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;

/// Stage-2 descriptors.
///
/// | bit | of a valid descriptor | of an invalid one |
/// |---|---|---|
/// | 0 | set | clear |
/// | 1 | set: a table, or at the last level a page; clear: a block | - |
/// | 5:2 | memory attributes: normal, write-back | - |
/// | 6, 7 | may be read, may be written (S2AP) | - |
/// | 9:8 | inner shareable | - |
/// | 10 | the access flag | [#LOCKED]: somebody is between break and make |
/// | 47:12, :14 or :16 | page frame, or table | - |
/// | 54 | no fetches | - |
///
/// There is no dirty bit: a page is written to only if it may be. The access flag is set by
/// hardware (FEAT_HAFDBS with `VTCR_EL2.HA`) or, without it, an access through a descriptor whose
/// flag is clear faults. Bit 10 is why an ager must not clear it blindly: in an invalid descriptor
/// that would take away somebody's lock.
public final class Stage2Format extends EntryFormat {
    /// What an entry is between break and make: invalid, and nobody else's to change.
    public static final long LOCKED = 1L << 10;

    private static final long VALID = 1;
    private static final long TYPE = 1L << 1;
    private static final long MEMORY = 0b1111L << 2;
    private static final long S2AP_R = 1L << 6;
    private static final long S2AP_W = 1L << 7;
    private static final long SHAREABLE = 0b11L << 8;
    private static final long AF = 1L << 10;
    private static final long XN = 1L << 54;
    private static final int ADDRESS_BITS = 48;
    private static final long EMPTY = 0;

    /// @param hardwareFlag whether hardware sets the access flag
    public Stage2Format(Geometry geometry, boolean hardwareFlag) {
        super(
                "stage 2",
                (1L << ADDRESS_BITS) - (1L << geometry.pageShift),
                0,
                TYPE,
                VALID,
                EMPTY,
                AF,
                0,
                0,
                hardwareFlag,
                VALID,
                hardwareFlag ? S2AP_R : S2AP_R | AF,
                S2AP_W,
                hardwareFlag ? S2AP_R : S2AP_R | AF,
                XN);
    }

    /// A block, or a page at the last level, with its access flag.
    ///
    /// @param pfn first page, aligned to the level
    public long makeLeaf(long pfn, int level, boolean writable) {
        long type = level == 1 ? TYPE : 0;
        return VALID
                | type
                | MEMORY
                | S2AP_R
                | (writable ? S2AP_W : 0)
                | SHAREABLE
                | AF
                | address(pfn);
    }

    /// The part of a block that maps from its page number `offset` on, as a leaf of `level`, which
    /// is less than the block's.
    long smaller(long block, int level, long offset) {
        return (level == 1 ? block | TYPE : block) + address(offset);
    }

    @Override
    public long makeTable(int table) {
        return VALID | TYPE | address(table);
    }

    /// Between break and make.
    boolean isLocked(long entry) {
        return (entry & (VALID | LOCKED)) == LOCKED;
    }

    /// Takes part in the count of its table: everything but an entry that is free.
    boolean isCounted(long entry) {
        return entry != EMPTY;
    }

    boolean isWritable(long leaf) {
        return (leaf & S2AP_W) != 0;
    }

    long old(long leaf) {
        return leaf & ~AF;
    }

    long young(long leaf) {
        return leaf | AF;
    }

    long readOnly(long leaf) {
        return leaf & ~S2AP_W;
    }

    /// The leaf with the rights of another, and no less than it had.
    long relaxed(long leaf, long other) {
        return leaf | other & (S2AP_R | S2AP_W) | AF;
    }
}
