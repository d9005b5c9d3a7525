package org.gleaner.mm.pte;

import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;

/// Entries of the host's own page tables: x86-64, or arm64's first stage.
///
/// | | x86-64 | arm64 |
/// |---|---|---|
/// | present | 0 | 0; 1: a table, or at the last level a page, clear: a block |
/// | user: clear if nobody may access the page (`PROT_NONE`) | 2 | 6 |
/// | writable | 1 | 51 (DBM) |
/// | accessed (tables too) | 5 | 10; of a table ignored by hardware, and always set |
/// | dirty | 6 | 55, or writable and 7 clear, which a write does |
/// | huge leaf, above level 1 | 7 | 1 clear |
/// | software: [#SPECIAL], [#SHARED], free | 9, 10, 11 | 56, 57, 58 |
/// | page frame, or table | 51:12 | 47:12, :14 or :16 |
/// | no fetches | 63 | 54 |
///
/// What code asks for are *flags*, which are the bits of x86-64 and of no other: [#with],
/// [#without], [#flags] and [Pte] turn them into bits.
///
/// An entry that is not present is either [#NONE] or a *swap entry*, which says where the page
/// went: the bit of [#SPECIAL] set, the type in the highest bits but one or none, the slot in the
/// address field, and the bit of [#SHARED] as above. The bits of a swap entry are Gleaner's own. A
/// third kind says that the page's memory is broken: the free bit set, that of SPECIAL not, the
/// frame in the address field.
public final class PteFormat extends EntryFormat {
    /// Nothing was ever here, or it is gone for good.
    public static final long NONE = 0;

    /// Set unless nobody may access the page, for now or for good: [#makeLeaf] sets it. (The kernel
    /// clears the present bit as well, and says with another that the page is there.)
    public static final long USER = 1L << 2;

    /// Flag of [#makeLeaf]: writes are let through.
    public static final long WRITABLE = 1L << 1;

    /// Flag of [#makeLeaf]: the accessed bit.
    public static final long ACCESSED = 1L << 5;

    /// Flag of [#makeLeaf]: the page is dirty.
    public static final long DIRTY = 1L << 6;

    /// Of a present entry: its frame belongs to a driver, there is no folio to count or to mark
    /// (`pte_mkspecial`).
    public static final long SPECIAL = 1L << 9;

    /// Of private memory: other entries may show the same page, so the first write through this one
    /// copies it. Such an entry is read-only. (The kernel keeps the opposite, `PG_anon_exclusive`,
    /// with the page, and in swap entries as here.)
    public static final long SHARED = 1L << 10;

    /// A software flag; kept by every operation here.
    public static final long SOFT_2 = 1L << 11;

    /// Swap types are 0 to this.
    public static final int MAX_SWAP_TYPE = 31;

    private static final long P = 1;

    /// x86-64, at any size of its pages.
    public static final PteFormat X86_64 =
            new PteFormat(
                    "x86-64",
                    0x000f_ffff_ffff_f000L,
                    1L << 7,
                    0,
                    1L << 63,
                    58,
                    0,
                    USER,
                    WRITABLE,
                    ACCESSED,
                    DIRTY,
                    SPECIAL,
                    SHARED,
                    SOFT_2);

    private static final long TYPE = 1L << 1;

    /// AP\[2\]: a write faults, or with DBM makes the page dirty by clearing this.
    private static final long READ_ONLY = 1L << 7;

    /// Normal memory, inner shareable, not global, no fetches by the kernel: what an entry of a
    /// process has besides.
    private static final long PLAIN = 0b11L << 8 | 1L << 11 | 1L << 53;

    private static final int ADDRESS_BITS = 48;

    /// Whether flags are bits, so that to set and to clear them is one atomic.
    final boolean flagsAreBits;

    private final long user;
    private final long writable;
    private final long special;
    private final long shared;
    private final long soft2;
    private final long page;
    private final long zero;
    private final long pageForWriting;
    private final int typeShift;

    /// @param huge marks a huge leaf, or 0
    /// @param small marks every other present entry, or 0
    /// @param readOnly says that a page is clean or not writable by being set, or 0
    private PteFormat(
            String name,
            long address,
            long huge,
            long small,
            long noExec,
            int typeShift,
            long readOnly,
            long user,
            long writable,
            long accessed,
            long dirty,
            long special,
            long shared,
            long soft2) {
        super(
                name,
                address,
                huge,
                small,
                P,
                NONE,
                accessed,
                dirty | readOnly,
                readOnly,
                true,
                P,
                user,
                writable,
                user,
                noExec);
        this.user = user;
        this.writable = writable;
        this.special = special;
        this.shared = shared;
        this.soft2 = soft2;
        this.typeShift = typeShift;
        flagsAreBits = readOnly == 0;
        page = P | special;
        zero = P | special | shared;
        pageForWriting = P | user | writable | special;
    }

    /// arm64's first stage, where hardware sets the access flag and manages the dirty state
    /// (FEAT_HAFDBS).
    public static PteFormat arm64(Geometry geometry) {
        return new PteFormat(
                "arm64 stage 1",
                (1L << ADDRESS_BITS) - (1L << geometry.pageShift),
                0,
                TYPE,
                1L << 54,
                59,
                READ_ONLY,
                1L << 6,
                1L << 51,
                1L << 10,
                1L << 55,
                1L << 56,
                1L << 57,
                1L << 58);
    }

    /// A present user leaf.
    ///
    /// @param pfn first page, aligned to the level
    /// @param flags any of [#WRITABLE], [#ACCESSED], [#DIRTY], [#SPECIAL], [#SHARED] and the soft
    ///     bit
    public long makeLeaf(long pfn, int level, long flags) {
        assert (flags & ~(WRITABLE | ACCESSED | DIRTY | SPECIAL | SHARED | SOFT_2)) == 0;
        if (flagsAreBits) {
            return P | USER | flags | address(pfn) | (level > 1 ? hugeLeaf : 0);
        }
        long bare = P | (level > 1 ? 0 : notHuge) | PLAIN | inverted | address(pfn);
        return with(bare, USER | flags);
    }

    /// A present entry that points to `table`. It is born accessed, as Linux makes it: the first
    /// aging walk visits a new table even if no CPU ever walked through it, as where only a guest
    /// uses the memory.
    @Override
    public long makeTable(int table) {
        return flagsAreBits
                ? P | USER | WRITABLE | ACCESSED | address(table)
                : P | notHuge | accessed | address(table);
    }

    // --- flags -------------------------------------------------------------------------------

    /// The entry with `flags`: one that becomes writable and is dirty, or the other way round, is
    /// written to without a further change.
    public long with(long pte, long flags) {
        if (flagsAreBits) {
            return pte | flags;
        }
        long entry = pte | bits(flags);
        boolean clean = (entry & (writable | dirty & ~inverted)) != (writable | dirty & ~inverted);
        return clean ? entry : entry & ~inverted;
    }

    /// The entry without `flags`; it is as dirty as before unless that is taken away.
    public long without(long pte, long flags) {
        if (flagsAreBits) {
            return pte & ~flags;
        }
        long entry = pte;
        if ((flags & (WRITABLE | DIRTY)) != 0) {
            entry |= (pte & inverted) == 0 ? inverted | dirty : 0;
        }
        return entry & ~bits(flags);
    }

    /// The flags of a present entry, [#USER] apart.
    public long flags(long pte) {
        long all = ACCESSED | WRITABLE | DIRTY | SPECIAL | SHARED | SOFT_2;
        if (flagsAreBits) {
            return pte & all;
        }
        return (isAccessed(pte) ? ACCESSED : 0)
                | (isWritable(pte) ? WRITABLE : 0)
                | (isDirty(pte) ? DIRTY : 0)
                | (isShared(pte) ? SHARED : 0)
                | ((pte & special) != 0 ? SPECIAL : 0)
                | ((pte & soft2) != 0 ? SOFT_2 : 0);
    }

    private long bits(long flags) {
        return ((flags & ACCESSED) != 0 ? accessed : 0)
                | ((flags & WRITABLE) != 0 ? writable : 0)
                | ((flags & DIRTY) != 0 ? dirty & ~inverted : 0)
                | ((flags & USER) != 0 ? user : 0)
                | ((flags & SHARED) != 0 ? shared : 0)
                | ((flags & SPECIAL) != 0 ? special : 0)
                | ((flags & SOFT_2) != 0 ? soft2 : 0);
    }

    // --- present entries ---------------------------------------------------------------------

    public boolean isNone(long pte) {
        return pte == NONE;
    }

    /// Present, and what it maps is a page of a folio (`vm_normal_page`).
    public boolean isPage(long pte) {
        return (pte & page) == P;
    }

    /// Present, and what it maps is nobody's folio (`pte_special`).
    public boolean isSpecial(long pte) {
        return (pte & page) == page;
    }

    /// A write through this entry, or through the page it brings back from swap, copies the page.
    public boolean isShared(long pte) {
        return (pte & shared) != 0;
    }

    /// Shows the page of zeroes, or the huge one: no driver's entry is shared (`is_zero_pfn`).
    public boolean isZero(long pte) {
        return (pte & zero) == zero;
    }

    /// Accesses are permitted, of which kind [#isWritable] says (not `pte_protnone`).
    public boolean isAccessible(long pte) {
        return (pte & user) != 0;
    }

    /// Shows a page of a folio that may be written to.
    public boolean isPageForWriting(long pte) {
        return (pte & pageForWriting) == (pageForWriting & ~special);
    }

    public boolean isWritable(long pte) {
        return (pte & writable) != 0;
    }

    /// `pte_mkold`.
    public long old(long pte) {
        return pte & ~accessed;
    }

    /// `pte_mkyoung`.
    public long young(long pte) {
        return pte | accessed;
    }

    /// `pte_mkclean`.
    public long clean(long pte) {
        return without(pte, DIRTY);
    }

    /// `pte_mkdirty`.
    public long dirty(long pte) {
        return with(pte, DIRTY);
    }

    /// `pte_mkwrite`.
    public long writable(long pte) {
        return with(pte, WRITABLE);
    }

    /// `pte_wrprotect`.
    public long readOnly(long pte) {
        return without(pte, WRITABLE);
    }

    // --- others ------------------------------------------------------------------------------

    /// A swap entry.
    ///
    /// @param type 0 to [#MAX_SWAP_TYPE]: the device, or a special meaning the caller gives it
    /// @param slot 0 to 2^32 - 1, or more with smaller pages
    public long makeSwap(int type, long slot) {
        assert type >= 0 && type <= MAX_SWAP_TYPE : type;
        return special | (long) type << typeShift | address(slot);
    }

    /// What hides a leaf from lookups without a lock, as long as the entry's lock is held
    /// (`make_migration_entry`).
    public long makeMigration() {
        return makeSwap(1, 0);
    }

    /// The swap entry, shared if `other` is.
    public long sharedAs(long swapEntry, long other) {
        return swapEntry | other & shared;
    }

    /// An entry that says that the page's memory is broken (`make_hwpoison_entry`).
    public long makePoison(long pfn) {
        return soft2 | address(pfn);
    }

    public boolean isPoison(long pte) {
        return (pte & (P | special | soft2)) == soft2;
    }

    public boolean isSwap(long pte) {
        return (pte & page) == special;
    }

    public long swapSlot(long swapEntry) {
        return (swapEntry & address) >>> addressShift;
    }

    public int swapType(long swapEntry) {
        return (int) (swapEntry >>> typeShift) & MAX_SWAP_TYPE;
    }
}
