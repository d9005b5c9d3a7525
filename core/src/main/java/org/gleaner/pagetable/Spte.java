package org.gleaner.pagetable;

import org.gleaner.machine.Cpu;

/// Atomic changes of secondary entries.
public final class Spte {
    private Spte() {}

    /// Replaces the entry if it still is `old` (`tdp_mmu_set_spte_atomic`). For holders of `mmu_lock` for
    /// read; true on success. Never takes a frozen entry away from its owner.
    public static boolean setAtomic(
            Cpu cpu, SpteFormat format, long[] words, int i, int level, long old, long update) {
        assert !format.isFrozen(old) : "frozen entries belong to who froze them";
        assert isLegalChange(format, level, old, update) : change(old, update);
        return cpu.cas(words, i, old, update);
    }

    /// Replaces the entry (`tdp_mmu_set_spte`), for the holder of `mmu_lock` for write. Returns what was
    /// replaced, which may differ from `old` in what can change outside the lock.
    public static long setExclusive(
            Cpu cpu, SpteFormat format, long[] words, int i, int level, long old, long update) {
        assert !format.isFrozen(old) && !format.isFrozen(update) : change(old, update);
        assert isLegalChange(format, level, old, update) : change(old, update);
        return write(cpu, format, words, i, level, old, update);
    }

    /// Clears the bits of `mask` (`tdp_mmu_clear_spte_bits`), for the holder of `mmu_lock` for write.
    /// Returns the entry as it was.
    public static long clearBitsExclusive(
            Cpu cpu, SpteFormat format, long[] words, int i, int level, long old, long mask) {
        if (needsAtomic(format, level, old)) {
            return cpu.fetchAnd(words, i, ~mask);
        }
        cpu.store(words, i, old & ~mask);
        return old;
    }

    /// Makes a leaf old by one compare-and-swap, whatever its A/D type (Linux 7.2). Returns whether the
    /// snapshot `old` was young; a lost race is not retried and still reports it.
    public static boolean age(Cpu cpu, SpteFormat format, long[] words, int i, long old) {
        if (!format.isPresent(old) || !format.isAccessed(old)) {
            return false;
        }
        cpu.cas(words, i, old, format.markForAccessTrack(old));
        return true;
    }

    /// Makes a leaf old as Linux 6.18 does: with A/D enabled, by clearing A in whatever is there by now.
    public static boolean ageBlind(Cpu cpu, SpteFormat format, long[] words, int i, long old) {
        if (!format.isPresent(old) || !format.isAccessed(old)) {
            return false;
        }
        if (format.isAdEnabled(old)) {
            cpu.fetchAnd(words, i, ~format.accessed);
        } else {
            cpu.cas(words, i, old, format.markForAccessTrack(old));
        }
        return true;
    }

    /// Freezes an entry of a detached table that faults may still be changing, and returns what it was.
    /// Waits while another owner has it frozen.
    public static long freezeShared(Cpu cpu, SpteFormat format, long[] words, int i) {
        for (; ; ) {
            long old = cpu.swap(words, i, format.frozen);
            if (!format.isFrozen(old)) {
                return old;
            }
            Thread.onSpinWait();
        }
    }

    /// Freezes an entry of a detached table, for the holder of `mmu_lock` for write. Returns what it was.
    public static long freezeExclusive(
            Cpu cpu, SpteFormat format, long[] words, int i, int level, long old) {
        return write(cpu, format, words, i, level, old, format.frozen);
    }

    /// True if a plain store over `old` could lose a change made outside `mmu_lock`.
    static boolean needsAtomic(SpteFormat format, int level, long old) {
        return format.isLeaf(old, level) && format.needsAtomicUpdate(old);
    }

    private static long write(
            Cpu cpu, SpteFormat format, long[] words, int i, int level, long old, long update) {
        if (needsAtomic(format, level, old)) {
            return cpu.swap(words, i, update);
        }
        cpu.store(words, i, update);
        return old;
    }

    /// A present leaf never turns into one of another page without being zapped in between.
    private static boolean isLegalChange(SpteFormat format, int level, long old, long update) {
        if (!format.isLeaf(update, level)) {
            return true;
        }
        return format.isLegal(update)
                && (!format.isLeaf(old, level)
                        || format.pfn(old) == format.pfn(update)
                                && format.isHostWritable(old) == format.isHostWritable(update));
    }

    private static String change(long old, long update) {
        return Long.toHexString(old) + " -> " + Long.toHexString(update);
    }
}
