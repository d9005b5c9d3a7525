package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;

/// Which pages of a slot a guest may have written to since it was last asked: one bit a page
/// (`memslot->dirty_bitmap`).
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | bit on | fault, lock read or none | full | GET, CLEAR | full | the entry's W |
/// | bit off | GET, CLEAR, `slots_lock` and `mmu_lock` write | full | faults | full | the flush |
public final class DirtyBitmap {
    private static final int WORDS_OF_LINE = 8;

    private final long baseGfn;
    private final long pages;
    private final long[] words;

    /// @param pages at least 1
    /// @param full every page is taken for dirty (`KVM_DIRTY_LOG_INITIALLY_SET`)
    public DirtyBitmap(long baseGfn, long pages, boolean full) {
        this.baseGfn = baseGfn;
        this.pages = pages;
        words = new long[Math.toIntExact((pages + 63) / 64)];
        for (int k = 0; full && k < words.length; k++) {
            words[k] = pagesOf(k);
        }
    }

    /// `mark_page_dirty_in_slot`.
    public void mark(Cpu cpu, long gfn) {
        long bit = gfn - baseGfn;
        int k = (int) (bit >>> 6);
        if ((cpu.load(words, k) >>> bit & 1) == 0) {
            cpu.fetchOr(words, k, 1L << bit);
            cpu.charge(Cost.LINE_LOCAL_RMW);
        }
    }

    /// Words of 64 pages; the last may have fewer.
    public int size() {
        return words.length;
    }

    /// The word of pages 64k to 64k + 63 of the slot. Who reads all words in turn finds that the
    /// line of each eighth is where vCPUs have written to it.
    public long word(Cpu cpu, int k) {
        if ((k & WORDS_OF_LINE - 1) == 0) {
            cpu.charge(Cost.LINE_XFER_SAME);
        }
        return cpu.load(words, k);
    }

    /// Takes the bits of `mask` away; returns those of them that were set.
    public long take(Cpu cpu, int k, long mask) {
        cpu.charge(Cost.LINE_LOCAL_RMW);
        return cpu.fetchAnd(words, k, ~mask) & mask;
    }

    /// Whether the bit of a page is set.
    public boolean isDirty(Cpu cpu, long gfn) {
        long bit = gfn - baseGfn;
        return (cpu.load(words, (int) (bit >>> 6)) >>> bit & 1) != 0;
    }

    private long pagesOf(int k) {
        long left = pages - 64L * k;
        return left >= 64 ? -1 : (1L << left) - 1;
    }
}
