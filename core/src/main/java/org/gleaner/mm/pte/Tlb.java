package org.gleaner.mm.pte;

import java.util.Arrays;
import org.gleaner.machine.OneCpu;

/// Translations of one address space that the CPU of its task keeps, as emulated CPUs do: a
/// direct-mapped array, and eight victims, which are looked through before page tables are walked.
///
/// An access whose translation is here sets no flag in the page tables: not A, and not D, for what
/// may be written without a walk was dirty when it came. So who has cleared A sees the page as
/// unused for as long as its translation stays: until another takes its place, or a flush. Clearing
/// A flushes nothing (x86's `ptep_clear_flush_young`); reclaim flushes each page that it unmaps
/// (`ptep_clear_flush`: with one CPU in use there is nothing to gain by a batch), and who changes a
/// whole mapping all of it.
///
/// Not for an address space that forks, or whose pages are merged, collapsed or sampled: those
/// change entries without a flush here.
@OneCpu
public final class Tlb {
    /// Entries that were displaced last, and take their places again when they are asked for.
    public static final int VICTIMS = 8;

    private static final long EMPTY = -1;

    private final int mask;

    /// A virtual page, and in bit 0 whether it may be written without a walk.
    private final long[] entries;

    private final long[] victims = new long[VICTIMS];
    private int nextVictim;

    /// @param size entries besides the victims, a power of two
    public Tlb(int size) {
        if (Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("no power of two: " + size);
        }
        mask = size - 1;
        entries = new long[size];
        flush();
    }

    /// Whether an access needs no walk. A victim that is found changes places with what is there.
    public boolean hits(long vpn, boolean write) {
        int at = (int) vpn & mask;
        return permits(entries[at], vpn, write) || hitsVictim(at, vpn, write);
    }

    private static boolean permits(long entry, long vpn, boolean write) {
        return (write ? entry : entry | 1) == (vpn << 1 | 1);
    }

    private boolean hitsVictim(int at, long vpn, boolean write) {
        for (int i = 0; i < VICTIMS; i++) {
            long victim = victims[i];
            if (permits(victim, vpn, write)) {
                victims[i] = entries[at];
                entries[at] = victim;
                return true;
            }
        }
        return false;
    }

    /// A walk has found the page.
    ///
    /// @param dirty whether it is writable and dirty
    public void fill(long vpn, boolean dirty) {
        int at = (int) vpn & mask;
        flushVictim(vpn);
        long old = entries[at];
        if (old != EMPTY && old >> 1 != vpn) {
            victims[nextVictim] = old;
            nextVictim = (nextVictim + 1) % VICTIMS;
        }
        entries[at] = vpn << 1 | (dirty ? 1 : 0);
    }

    /// The page's entry is gone (`flush_tlb_page`).
    public void flush(long vpn) {
        int at = (int) vpn & mask;
        if (entries[at] >> 1 == vpn) {
            entries[at] = EMPTY;
        }
        flushVictim(vpn);
    }

    private void flushVictim(long vpn) {
        for (int i = 0; i < VICTIMS; i++) {
            if (victims[i] >> 1 == vpn) {
                victims[i] = EMPTY;
            }
        }
    }

    /// Any entry may have changed (`flush_tlb_mm`).
    public void flush() {
        Arrays.fill(entries, EMPTY);
        Arrays.fill(victims, EMPTY);
    }
}
