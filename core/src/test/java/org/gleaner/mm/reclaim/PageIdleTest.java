package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Test;

final class PageIdleTest {
    private static final int PAGES = 100;

    @Test
    void aPageIsIdleUntilItIsUsed() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process process = small.process(cpu, Memcg.UNLIMITED, PAGES);
            process.writeAll(cpu, 0, PAGES);
            small.host().lru().drain(cpu);
            PageIdle idle = small.host().pageIdle();
            Walk walk = new Walk();
            int pfn = PageIdle.frame(cpu, process.mm, Process.BASE + 7, walk);
            assertThat(idle.isIdle(cpu, pfn)).as("never marked").isFalse();
            idle.mark(cpu, pfn);
            assertThat(idle.isIdle(cpu, pfn)).isTrue();
            process.read(cpu, 7);
            assertThat(idle.isIdle(cpu, pfn)).isFalse();
        });
    }

    /// Whoever looks by frame number may come too late: the page was freed since, or waits in a
    /// per-CPU batch.
    @Test
    void whatIsOnNoListIsNotMarked() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process process = small.process(cpu, Memcg.UNLIMITED, PAGES);
            process.write(cpu, 0);
            PageIdle idle = small.host().pageIdle();
            Walk walk = new Walk();
            int batched = PageIdle.frame(cpu, process.mm, Process.BASE, walk);
            for (int pfn = 0; pfn < 20; pfn++) {
                idle.mark(cpu, pfn);
                assertThat(small.host().folios().test(cpu, pfn, FolioLayout.IDLE)).isFalse();
            }
            idle.mark(cpu, batched);
            assertThat(idle.isIdle(cpu, batched)).isFalse();
        });
    }
}
