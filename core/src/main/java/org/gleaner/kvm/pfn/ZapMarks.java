package org.gleaner.kvm.pfn;

import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.mmu.PageMarks;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.PagesByNumber;

/// What zapped entries pass on to their pages, by number, as kernels before 6.13 had it.
public final class ZapMarks implements PageMarks {
    private final PagesByNumber pages;
    private final LongAdder accessed = new LongAdder();
    private final LongAdder dirtied = new LongAdder();

    public ZapMarks(PagesByNumber pages) {
        this.pages = pages;
    }

    @Override
    public void markAccessed(Cpu cpu, int pfn) {
        accessed.increment();
        pages.markAccessed(cpu, pfn);
    }

    @Override
    public void setDirty(Cpu cpu, int pfn) {
        dirtied.increment();
        pages.setDirty(cpu, pfn);
    }

    /// How often pages were marked accessed.
    public long accessed() {
        return accessed.sum();
    }

    /// How often pages were marked dirty.
    public long dirtied() {
        return dirtied.sum();
    }
}
