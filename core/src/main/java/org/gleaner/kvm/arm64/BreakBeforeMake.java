package org.gleaner.kvm.arm64;

import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.machine.Cpu;

/// How an entry is replaced (`stage2_try_break_pte`, `stage2_make_pte`): arm64 forbids that one
/// valid entry follows another that translates differently, so there is an invalid one in between.
/// It is marked as locked, so that whoever else wants to change the entry knows that it is taken:
///
/// ```
/// break   compare-and-swap from what was read to LOCKED; then, if that was valid, invalidate
/// make    release store of the new entry
/// ```
///
/// Between the two a guest's access faults, its fault sees the lock and retries.
final class BreakBeforeMake {
    private final Stage2Mmu mmu;
    private final Stage2Format format;

    BreakBeforeMake(Stage2Mmu mmu) {
        this.mmu = mmu;
        format = mmu.format;
    }

    /// Locks the entry at `words[i]` of `table` if it still is `old`; for walks that are shared.
    /// What was mapped has been flushed when this returns true.
    boolean tryBreak(Cpu cpu, int table, long[] words, int i, int level, long old) {
        if (format.isLocked(old)) {
            return false;
        }
        mmu.invariants.zapBegins();
        boolean broken = cpu.cas(words, i, old, Stage2Format.LOCKED);
        if (broken) {
            if (format.isCounted(old)) {
                mmu.counts.add(cpu, table, -1);
            }
            if (format.isLeaf(old, level)) {
                mmu.zapped(cpu, old, level);
                mmu.invalidate(cpu, mmu.entryFlushes);
            }
        }
        mmu.invariants.zapFlushed();
        return broken;
    }

    /// Locks the block at `words[i]` of `table` if it still is `old`, and flushes, to put the same
    /// in smaller leaves there: no page is taken away.
    boolean tryBreakToSplit(Cpu cpu, int table, long[] words, int i, long old) {
        mmu.invariants.zapBegins();
        boolean broken = cpu.cas(words, i, old, Stage2Format.LOCKED);
        if (broken) {
            mmu.counts.add(cpu, table, -1);
            mmu.invalidate(cpu, mmu.entryFlushes);
        }
        mmu.invariants.zapFlushed();
        return broken;
    }

    /// Puts `entry` where the lock is.
    void make(Cpu cpu, int table, long[] words, int i, long entry) {
        if (Invariants.ARMED && cpu.peek(words, i) != Stage2Format.LOCKED) {
            throw Invariants.broken("A1: an entry is made that nobody has broken");
        }
        if (format.isCounted(entry)) {
            mmu.counts.add(cpu, table, 1);
        }
        cpu.only(mmu.stage2Steps.makeOrder());
        cpu.store(words, i, entry);
    }
}
