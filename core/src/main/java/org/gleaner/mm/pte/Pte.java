package org.gleaner.mm.pte;

import org.gleaner.machine.Cpu;

/// Atomic changes of primary entries, for the holder of the table's PTE lock.
///
/// Only hardware changes a present entry outside the lock, and only its A and D bits. So taking an
/// entry away must be an exchange, and clearing a bit an atomic and-not; entries that are not
/// present are the holder's own.
public final class Pte {
    private static final PteFormat PTE = PteFormat.X86_64;

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
    public static boolean testAndClearYoung(Cpu cpu, long[] words, int i) {
        long pte = cpu.load(words, i);
        if ((pte & (PTE.present | PTE.accessed)) != (PTE.present | PTE.accessed)) {
            return false;
        }
        return PTE.isAccessed(cpu.fetchAnd(words, i, ~PTE.accessed));
    }

    /// Takes W away and returns the entry as it was (`ptep_set_wrprotect`).
    public static long setReadOnly(Cpu cpu, long[] words, int i) {
        return cpu.fetchAnd(words, i, ~PteFormat.WRITABLE);
    }
}
