package org.gleaner.kvm.x86;

import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;

/// Entries of KVM's secondary tables on x86, bit for bit as in Linux 6.18.
///
/// | purpose | EPT | NPT and legacy shadow |
/// |---|---|---|
/// | readable, present to hardware | 0 | 0 |
/// | writable | 1 | 1 |
/// | executable | 2 set | 63 (NX) clear |
/// | user | 0 | 2 |
/// | memory type | 5:3, ignore-PAT 6 | all 0: write-back |
/// | huge leaf | 7 | 7 |
/// | accessed, dirty | 8, 9 | 5, 6 |
/// | MMU-present (software) | 11 | 11 |
/// | host-writable, MMU-writable | 57, 58 | 9, 10 |
/// | A/D type | 53:52 | always 0 |
/// | saved R and X of a tracked entry | 54, 56 | - |
///
/// *Shadow-present* is bit 11 and nothing else: an access-tracked entry is present to KVM though
/// hardware faults on it. Three write bits say who forbids a write, and only four combinations are
/// legal in a leaf:
///
/// | host-W | MMU-W | W | |
/// |---|---|---|---|
/// | 1 | 1 | 1 | writable |
/// | 1 | 1 | 0 | write-protected for the dirty log, or tracked: the fast page fault restores W |
/// | 1 | 0 | 0 | write-protected because the page shadows a guest page table |
/// | 0 | 0 | 0 | read-only in the host |
///
/// [#EPT] and [#EPT_NO_AD] read the same bits; they differ in what they make. So a walk over tables
/// of mixed kind may test entries with either.
public final class SpteFormat extends EntryFormat {
    /// Four levels of 512 entries, pages of 4 KiB.
    public static final Geometry GEOMETRY = Geometry.FOUR_BY_NINE;

    /// The leaf is mapped writable in the host (`make_spte`'s map_writable).
    public static final int HOST_WRITABLE = 1;

    /// The guest may write now. Ignored without [#HOST_WRITABLE].
    public static final int WRITABLE = 2;

    /// The guest may not fetch from this leaf (NX huge page mitigation).
    public static final int NO_EXEC = 4;

    /// Nobody has touched the page yet: the leaf is made old (A clear, or access-tracked).
    public static final int PREFETCH = 8;

    /// An existing shadow leaf is rebuilt: stays accessed in spite of [#PREFETCH].
    public static final int SYNCHRONIZING = 16;

    /// Shadow-present.
    public static final long MMU_PRESENT = 1L << 11;

    /// The W bit.
    public static final long WRITE_BIT = 1L << 1;

    /// A non-present entry that nobody claims. Not 0: in EPT, bit 63 suppresses #VE.
    public static final long EMPTY = 1L << 63;

    /// A non-present entry that nobody but its owner may change: what [Spte#freezeShared] leaves in
    /// a detached table.
    ///
    /// Linux 6.18 uses `EMPTY | 0x5a0` and 7.2 `EMPTY | 0x1a0`; both have the accessed bits of EPT
    /// (8) and of NPT (5) set, so 6.18's blind clear of A by a lockless ager turns a frozen entry
    /// into one that is neither frozen nor present, and a fault still in the detached table may
    /// fill it. This value was once proposed upstream: bits 10, 7, 4, 3; no A, D, R, W, X, address
    /// or MMU-present bit of any format.
    public static final long FROZEN = EMPTY | 0x498;

    /// The value of Linux 6.18, for [#withFrozen].
    public static final long FROZEN_LINUX_6_18 = EMPTY | 0x5a0;

    /// Marks a leaf above level 1.
    static final long HUGE = 1L << 7;

    /// Bits 51:12.
    static final long ADDRESS = 0x000f_ffff_ffff_f000L;

    private static final long R = 1;
    private static final long X = 1L << 2;
    private static final long NX = 1L << 63;
    private static final long RWX = R | WRITE_BIT | X;
    private static final int TYPE_SHIFT = 52;
    private static final long TYPE = 3L << TYPE_SHIFT;
    private static final long TYPE_DISABLED = 1L << TYPE_SHIFT;
    private static final int SAVED_SHIFT = 54;
    private static final long SAVED = (R | X) << SAVED_SHIFT;

    /// Write-back, PAT ignored.
    private static final long EPT_MEMORY_TYPE = 6L << 3 | 1L << 6;

    /// Intel, with accessed and dirty bits set by hardware.
    public static final SpteFormat EPT = ept("EPT", 0, FROZEN);

    /// Intel without them: an old entry is an *access-tracked* one, which faults on the next
    /// access.
    public static final SpteFormat EPT_NO_AD = ept("EPT_NO_AD", TYPE_DISABLED, FROZEN);

    /// AMD, and all shadow paging.
    public static final SpteFormat NPT = npt(FROZEN);

    /// Host-writable: fixed when the leaf is made.
    public final long hostWritable;

    /// MMU-writable: the fast page fault may set W.
    public final long mmuWritable;

    /// What [#isFrozen] looks for.
    public final long frozen;

    private final long type;
    private final long always;
    private final long leafOnly;
    private final long exec;
    private final long noExec;

    private SpteFormat(
            String name,
            long a,
            long d,
            long hostW,
            long mmuW,
            long type,
            long tracked,
            long always,
            long leafOnly,
            long exec,
            long noExec,
            long frozen) {
        super(
                name,
                ADDRESS,
                HUGE,
                0,
                MMU_PRESENT,
                EMPTY,
                a,
                d,
                0,
                type == 0,
                tracked | R,
                R,
                WRITE_BIT,
                exec,
                noExec);
        hostWritable = hostW;
        mmuWritable = mmuW;
        this.type = type;
        this.always = always;
        this.leafOnly = leafOnly;
        this.exec = exec;
        this.noExec = noExec;
        this.frozen = frozen;
    }

    private static SpteFormat ept(String name, long type, long frozen) {
        long always = MMU_PRESENT | EMPTY | R | type;
        return new SpteFormat(
                name,
                1L << 8,
                1L << 9,
                1L << 57,
                1L << 58,
                type,
                RWX,
                always,
                EPT_MEMORY_TYPE,
                X,
                0,
                frozen);
    }

    private static SpteFormat npt(long frozen) {
        long always = MMU_PRESENT | R | 1L << 2;
        return new SpteFormat(
                "NPT", 1L << 5, 1L << 6, 1L << 9, 1L << 10, 0, 0, always, 0, 0, NX, frozen);
    }

    /// The same format with another frozen value: to show what a badly chosen one does.
    public SpteFormat withFrozen(long value) {
        return this == NPT ? npt(value) : ept(toString(), type, value);
    }

    // --- predicates --------------------------------------------------------------------------

    public boolean isFrozen(long spte) {
        return spte == frozen;
    }

    public boolean isWritable(long spte) {
        return (spte & WRITE_BIT) != 0;
    }

    public boolean isHostWritable(long spte) {
        return (spte & hostWritable) != 0;
    }

    public boolean isMmuWritable(long spte) {
        return (spte & mmuWritable) != 0;
    }

    /// Aging may simply clear A (`spte_ad_enabled`): true for write-protect-only entries as well.
    public boolean isAdEnabled(long spte) {
        return (spte & TYPE) != TYPE_DISABLED;
    }

    /// Dirty logging must write-protect this entry instead of clearing D
    /// (`spte_ad_need_write_protect`).
    public boolean needsWriteProtect(long spte) {
        return (spte & TYPE) != 0;
    }

    /// Old, in the form that makes the next access fault.
    public boolean isAccessTracked(long spte) {
        return !isAdEnabled(spte) && (spte & RWX) == 0;
    }

    /// True if replacing `old` by `update` owes a TLB flush before the lock is dropped: it lost
    /// MMU-writable. Losing W alone owes none, because W may be set without a lock; dirty logging
    /// flushes by itself.
    public boolean needsFlush(long old, long update) {
        return isMmuWritable(old) && !isMmuWritable(update);
    }

    /// True for a legal combination of host-W, MMU-W and W.
    public boolean isLegal(long leaf) {
        return (!isWritable(leaf) || isMmuWritable(leaf))
                && (!isMmuWritable(leaf) || isHostWritable(leaf));
    }

    /// Nothing but the A of a leaf that was taken out ([org.gleaner.kvm.mmu.PreservedAccessed]).
    public boolean isKept(long spte) {
        return spte == (empty | accessed);
    }

    /// What of `leaf` stays if its A is preserved: an empty entry, with A if the leaf has it.
    public long kept(long leaf) {
        return empty | leaf & accessed;
    }

    // --- making entries ----------------------------------------------------------------------

    /// A present leaf (`make_spte`), accessed unless prefetched; a writable one is dirty from the
    /// start, whether hardware has D bits or not.
    ///
    /// @param pfn first page, aligned to the level
    /// @param flags [#HOST_WRITABLE] and so on
    public long makeLeaf(long pfn, int level, int flags) {
        assert (pfn & GEOMETRY.pages(level) - 1) == 0 : "pfn " + pfn + " at level " + level;
        boolean old = (flags & (PREFETCH | SYNCHRONIZING)) == PREFETCH;
        long spte = always | leafOnly | address(pfn);
        spte |= (flags & NO_EXEC) == 0 ? exec : noExec;
        if (!old) {
            spte |= accessed;
        }
        if (level > 1) {
            spte |= HUGE;
        }
        if ((flags & HOST_WRITABLE) != 0) {
            spte |= hostWritable;
            if ((flags & WRITABLE) != 0) {
                spte |= WRITE_BIT | mmuWritable | dirty;
            }
        }
        return old ? markForAccessTrack(spte) : spte;
    }

    /// A present entry that points to `table` (`make_nonleaf_spte`). Its A is set where hardware
    /// sets A bits, so that the walker never has to.
    @Override
    public long makeTable(int table) {
        return always | WRITE_BIT | exec | address(table) | (type == 0 ? accessed : 0);
    }

    /// One of the 512 leaves that together map what `huge` maps; keeps A, D, W and tracking.
    ///
    /// @param childLevel level of the result, one below that of `huge`
    /// @param index 0 to 511
    public long smallFromHuge(long huge, int childLevel, int index) {
        assert isLeaf(huge, childLevel + 1) && index >= 0 && index < GEOMETRY.entries(childLevel);
        long child = huge + address(index * GEOMETRY.pages(childLevel));
        return childLevel == 1 ? child & ~HUGE : child;
    }

    /// The leaf at `level` that covers `small`; keeps A and D of that one child.
    public long hugeFromSmall(long small, int level) {
        long offset = address(GEOMETRY.pages(level) - 1);
        return small & ~offset | HUGE;
    }

    /// The leaf with fetches allowed or forbidden, tracked as before.
    public long withExec(long leaf, boolean executable) {
        boolean was = isAccessTracked(leaf);
        long spte = was ? restoreAccessTrack(leaf) : leaf;
        spte = executable ? spte & ~noExec | exec : spte & ~exec | noExec;
        return was ? markForAccessTrack(spte) : spte;
    }

    // --- aging -------------------------------------------------------------------------------

    /// The leaf made old (`mark_spte_for_access_track`). With A/D enabled this only clears A;
    /// otherwise R and X are moved aside and R, W, X cleared, so that the next access faults. W is
    /// not saved: a later write earns it again through the dirty path. Applying it twice is the
    /// same as once.
    public long markForAccessTrack(long leaf) {
        assert isLegal(leaf) : Long.toHexString(leaf);
        if (isAdEnabled(leaf)) {
            return leaf & ~accessed;
        }
        if (isAccessTracked(leaf)) {
            return leaf;
        }
        assert (leaf & SAVED) == 0 : "saved bits in use: " + Long.toHexString(leaf);
        return leaf & ~(RWX | accessed) | (leaf & (R | X)) << SAVED_SHIFT;
    }

    /// A tracked leaf with R and X as they were before [#markForAccessTrack]; W and A stay clear.
    public long restoreAccessTrack(long leaf) {
        assert isAccessTracked(leaf) : Long.toHexString(leaf);
        return leaf & ~(RWX | SAVED) | (leaf & SAVED) >>> SAVED_SHIFT;
    }
}
