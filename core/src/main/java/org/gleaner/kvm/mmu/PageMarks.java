package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cpu;

/// What an entry passes on to its page when it is about to lose it, on kernels where it does
/// (before 6.13).
public interface PageMarks {
    void markAccessed(Cpu cpu, int pfn);

    void setDirty(Cpu cpu, int pfn, Cause cause);

    /// What the entry loses its bits to.
    enum Cause {
        /// It is taken out.
        ZAP,

        /// The dirty log takes its W.
        CLEAR_DIRTY,

        /// An ager makes it access-tracked, for there are no A and D in it.
        AGE
    }
}
