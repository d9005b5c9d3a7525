package org.gleaner.check.kvm;

import java.util.List;
import org.gleaner.check.program.Variant;
import org.gleaner.machine.Cpu;

/// Known bugs of dirty logs.
public final class LogBugs {
    private LogBugs() {}

    public static final List<Variant> ALL =
            List.of(
                    new Variant(
                            "log-no-flush",
                            "the log is handed out without a flush",
                            "kvm: flush TLBs before the dirty log is copied out",
                            "log-clear-write") {
                        @Override
                        public boolean flushesAfterClear() {
                            return false;
                        }
                    },
                    new Variant(
                            "log-bits-taken-late",
                            "the log's bits are taken after its entries are protected",
                            "kvm_get_dirty_log_protect: xchg of the word comes first",
                            "log-clear-rewrite") {
                        @Override
                        public boolean takesBitsFirst() {
                            return false;
                        }
                    },
                    new Variant(
                            "log-plain-store",
                            "the log stores an entry without W over what has become of it",
                            "spte_needs_atomic_update: A and D may change outside mmu_lock",
                            "log-clear-touch") {
                        @Override
                        public long clearBits(Cpu cpu, long[] words, int i, long old, long bits) {
                            cpu.store(words, i, old & ~bits);
                            return old;
                        }
                    },
                    new Variant(
                            "recovery-no-flush",
                            "huge leaves take tables' places and guests still walk the tables",
                            "kvm_tdp_mmu_recover_huge_pages: flush before the RCU section ends",
                            "log-end-fault") {
                        @Override
                        public boolean flushesAfterRecovery() {
                            return false;
                        }
                    },
                    new Variant(
                            "recovery-while-logging",
                            "leaves become huge again before the log has ended",
                            "kvm_mmu_slot_apply_flags: only when the flag is gone",
                            "log-end-fault") {
                        @Override
                        public boolean endsLogFirst() {
                            return false;
                        }
                    },
                    new Variant(
                            "fast-fault-unmarked",
                            "the fast fault gives W back and does not mark the log",
                            "fast_pf_fix_direct_spte: mark_page_dirty_in_slot",
                            "log-clear-write") {
                        @Override
                        public boolean marksFastFaults() {
                            return false;
                        }
                    });
}
