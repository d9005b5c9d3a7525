package org.gleaner.check;

import java.util.List;

/// Known bugs of dirty logs.
final class LogBugs {
    private LogBugs() {}

    static final List<Variant> ALL =
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
