package org.gleaner.kvm.pfn;

import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.mmu.PageMarks;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.PagesByNumber;

/// What entries pass on to their pages, by number, as kernels before 6.13 had it.
public final class EntryMarks implements PageMarks {
    private final PagesByNumber pages;
    private final LongAdder accessed = new LongAdder();
    private final LongAdder[] dirtied = new LongAdder[Cause.values().length];

    public EntryMarks(PagesByNumber pages) {
        this.pages = pages;
        for (int i = 0; i < dirtied.length; i++) {
            dirtied[i] = new LongAdder();
        }
    }

    @Override
    public void markAccessed(Cpu cpu, int pfn) {
        accessed.increment();
        pages.markAccessed(cpu, pfn);
    }

    @Override
    public void setDirty(Cpu cpu, int pfn, Cause cause) {
        dirtied[cause.ordinal()].increment();
        pages.setDirty(cpu, pfn);
    }

    /// How often pages were marked accessed: by zaps, and by access-flag faults.
    public long accessed() {
        return accessed.sum();
    }

    /// How often pages were marked dirty for this cause.
    public long dirtied(Cause cause) {
        return dirtied[cause.ordinal()].sum();
    }
}
