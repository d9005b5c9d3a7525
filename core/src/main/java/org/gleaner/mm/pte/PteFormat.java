package org.gleaner.mm.pte;

import org.gleaner.pagetable.EntryFormat;

/// Entries of the host's own page tables, x86-64.
///
/// | bit | meaning |
/// |---|---|
/// | 0 | present |
/// | 1 | writable |
/// | 2 | user: clear if nobody may access the page (`PROT_NONE`) |
/// | 5, 6 | accessed (tables too), dirty |
/// | 7 | huge leaf, above level 1 |
/// | 9 | software: [#SPECIAL] |
/// | 10 | software: [#SHARED] |
/// | 11 | free for software: [#SOFT_2] |
/// | 51:12 | page frame, or table |
/// | 63 | no fetches |
///
/// An entry that is not present is either [#NONE] or a *swap entry*, which says where the page
/// went: bit 9 set, the type in bits 62:58, the slot in bits 51:12, and bit 10 as above. The bits
/// of a swap entry are Gleaner's own. A third kind says that the page's memory is broken: bit 11
/// set, bit 9 not, the frame in bits 51:12.
public final class PteFormat extends EntryFormat {
    /// The only primary format.
    public static final PteFormat X86_64 = new PteFormat();

    /// Nothing was ever here, or it is gone for good.
    public static final long NONE = 0;

    /// Set unless nobody may access the page, for now or for good: [#makeLeaf] sets it. (The kernel
    /// clears the present bit as well, and says with another that the page is there.)
    public static final long USER = 1L << 2;

    /// Flag of [#makeLeaf]: the W bit.
    public static final long WRITABLE = 1L << 1;

    /// Flag of [#makeLeaf]: the accessed bit.
    public static final long ACCESSED = 1L << 5;

    /// Flag of [#makeLeaf]: the dirty bit.
    public static final long DIRTY = 1L << 6;

    /// Of a present entry: its frame belongs to a driver, there is no folio to count or to mark
    /// (`pte_mkspecial`).
    public static final long SPECIAL = 1L << 9;

    /// Of private memory: other entries may show the same page, so the first write through this one
    /// copies it. Such an entry is read-only. (The kernel keeps the opposite, `PG_anon_exclusive`,
    /// with the page, and in swap entries as here.)
    public static final long SHARED = 1L << 10;

    /// A software bit; kept by every operation here.
    public static final long SOFT_2 = 1L << 11;

    /// Swap types are 0 to this.
    public static final int MAX_SWAP_TYPE = 31;

    private static final long HUGE = 1L << 7;

    /// Bits 51:12.
    private static final long ADDRESS = 0x000f_ffff_ffff_f000L;

    private static final long P = 1;
    private static final long ZERO = P | SPECIAL | SHARED;
    private static final long NX = 1L << 63;
    private static final long SWAP = 1L << 9;
    private static final int TYPE_SHIFT = 58;

    private PteFormat() {
        super(
                "x86-64", ADDRESS, HUGE, 0, P, NONE, ACCESSED, DIRTY, true, P, USER, WRITABLE, USER,
                NX);
    }

    /// A present user leaf.
    ///
    /// @param pfn first page, aligned to the level
    /// @param flags any of [#WRITABLE], [#ACCESSED], [#DIRTY], [#SPECIAL], [#SHARED] and the soft
    ///     bit
    public long makeLeaf(long pfn, int level, long flags) {
        assert (flags & ~(WRITABLE | ACCESSED | DIRTY | SPECIAL | SHARED | SOFT_2)) == 0;
        return P | USER | flags | address(pfn) | (level > 1 ? HUGE : 0);
    }

    /// A present entry that points to `table`. It is born accessed, as Linux makes it: the first
    /// aging walk visits a new table even if no CPU ever walked through it, as where only a guest
    /// uses the memory.
    @Override
    public long makeTable(int table) {
        return P | USER | WRITABLE | ACCESSED | address(table);
    }

    public boolean isNone(long pte) {
        return pte == NONE;
    }

    /// Present, and what it maps is a page of a folio (`vm_normal_page`).
    public boolean isPage(long pte) {
        return (pte & (P | SPECIAL)) == P;
    }

    /// Present, and what it maps is nobody's folio (`pte_special`).
    public boolean isSpecial(long pte) {
        return (pte & (P | SPECIAL)) == (P | SPECIAL);
    }

    /// A write through this entry, or through the page it brings back from swap, copies the page.
    public boolean isShared(long pte) {
        return (pte & SHARED) != 0;
    }

    /// Shows the page of zeroes, or the huge one: no driver's entry is shared (`is_zero_pfn`).
    public boolean isZero(long pte) {
        return (pte & ZERO) == ZERO;
    }

    /// Accesses are permitted, of which kind the W bit says (not `pte_protnone`).
    public boolean isAccessible(long pte) {
        return (pte & USER) != 0;
    }

    /// Shows a page of a folio that may be written to.
    public boolean isPageForWriting(long pte) {
        return (pte & (P | USER | WRITABLE | SPECIAL)) == (P | USER | WRITABLE);
    }

    public boolean isWritable(long pte) {
        return (pte & WRITABLE) != 0;
    }

    /// `pte_mkold`.
    public long old(long pte) {
        return pte & ~ACCESSED;
    }

    /// `pte_mkyoung`.
    public long young(long pte) {
        return pte | ACCESSED;
    }

    /// `pte_mkclean`.
    public long clean(long pte) {
        return pte & ~DIRTY;
    }

    /// `pte_mkdirty`.
    public long dirty(long pte) {
        return pte | DIRTY;
    }

    /// `pte_mkwrite`.
    public long writable(long pte) {
        return pte | WRITABLE;
    }

    /// `pte_wrprotect`.
    public long readOnly(long pte) {
        return pte & ~WRITABLE;
    }

    /// A swap entry.
    ///
    /// @param type 0 to [#MAX_SWAP_TYPE]: the device, or a special meaning the caller gives it
    /// @param slot 0 to 2^40 - 1
    public long makeSwap(int type, long slot) {
        assert type >= 0 && type <= MAX_SWAP_TYPE : type;
        return SWAP | (long) type << TYPE_SHIFT | address(slot);
    }

    /// An entry that says that the page's memory is broken (`make_hwpoison_entry`).
    public long makePoison(long pfn) {
        return SOFT_2 | address(pfn);
    }

    public boolean isPoison(long pte) {
        return (pte & (P | SWAP | SOFT_2)) == SOFT_2;
    }

    public boolean isSwap(long pte) {
        return (pte & (P | SWAP)) == SWAP;
    }

    public long swapSlot(long swapEntry) {
        return (swapEntry & address) >>> addressShift;
    }

    public int swapType(long swapEntry) {
        return (int) (swapEntry >>> TYPE_SHIFT) & MAX_SWAP_TYPE;
    }
}
