package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cpu;

/// What a zapped entry passes on to its page, on kernels where it does (before 6.13).
public interface PageMarks {
    void markAccessed(Cpu cpu, int pfn);

    void setDirty(Cpu cpu, int pfn);
}
