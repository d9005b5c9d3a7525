package org.gleaner.mm.pte;

import org.gleaner.machine.Cpu;

/// Atomic changes of primary entries, for the holder of the table's PTE lock.
///
/// Only hardware changes a present entry outside the lock, and only its A and D bits. So taking an
/// entry away must be an exchange, and clearing a bit an atomic and-not; entries that are not
/// present are the holder's own.
public final class Pte {
    private Pte() {}

    /// Stores over an entry that is not present, or replaces one whose A and D may be lost
    /// (`set_pte_at`).
    public static void set(Cpu cpu, long[] words, int i, long pte) {
        cpu.store(words, i, pte);
    }

    /// Empties the entry and returns what it was (`ptep_get_and_clear`).
    public static long getAndClear(Cpu cpu, long[] words, int i) {
        return cpu.swap(words, i, PteFormat.NONE);
    }

    /// True if the entry, a leaf or a table, was young; it is old afterwards
    /// (`ptep_test_and_clear_young`, `pmdp_test_and_clear_young`).
    public static boolean testAndClearYoung(Cpu cpu, PteFormat format, long[] words, int i) {
        long pte = cpu.load(words, i);
        long young = format.present | format.accessed;
        if ((pte & young) != young) {
            return false;
        }
        return format.isAccessed(cpu.fetchAnd(words, i, ~format.accessed));
    }

    /// Takes W away and returns the entry as it was (`ptep_set_wrprotect`).
    public static long setReadOnly(Cpu cpu, PteFormat format, long[] words, int i) {
        return clear(cpu, format, words, i, PteFormat.WRITABLE);
    }

    /// Gives a present entry `flags`, as [PteFormat#with], and returns it as it was.
    public static long set(Cpu cpu, PteFormat format, long[] words, int i, long flags) {
        if (format.flagsAreBits) {
            return cpu.fetchOr(words, i, flags);
        }
        for (; ; ) {
            long old = cpu.load(words, i);
            if (cpu.cas(words, i, old, format.with(old, flags))) {
                return old;
            }
        }
    }

    /// Takes `flags` from a present entry, as [PteFormat#without], and returns it as it was.
    public static long clear(Cpu cpu, PteFormat format, long[] words, int i, long flags) {
        if (format.flagsAreBits) {
            return cpu.fetchAnd(words, i, ~flags);
        }
        for (; ; ) {
            long old = cpu.load(words, i);
            if (cpu.cas(words, i, old, format.without(old, flags))) {
                return old;
            }
        }
    }
}
