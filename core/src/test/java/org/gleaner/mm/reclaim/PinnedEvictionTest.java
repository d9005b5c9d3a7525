package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;

/// A page that waits for its activation is isolated by a later round of the same pass. Its accessed
/// bit was just consumed, so it is unmapped; then the batch's reference is found, and it stays, in
/// the swap cache.
final class PinnedEvictionTest {
    private static final int PINNED = 70;

    private final SmallHost small = SmallHost.virtual();
    private Process p;

    /// Page 63, last of the first round, is young, so is page 70; the rest is idle and two agings
    /// old.
    private void pin(Cpu cpu) {
        p = small.process(cpu, Memcg.UNLIMITED, 512);
        p.writeAll(cpu, 0, 300);
        small.host().lru().drain(cpu);
        small.host().reclaim().age(cpu, p.memcg);
        small.host().reclaim().age(cpu, p.memcg);
        p.read(cpu, 63);
        p.read(cpu, PINNED);
        assertThat(p.gen().maxSeq(cpu)).isEqualTo(5);
        new Session(small, p).pass(cpu, 0);
        assertThat(p.isSwapped(PINNED)).isTrue();
        assertThat(small.host().swap().cached(cpu, p.slot(PINNED))).isPositive();
    }

    @Test
    void thePageIsUnmappedKeptAndNotWritten() {
        small.run(cpu -> {
            pin(cpu);
            int pfn = small.host().swap().cached(cpu, p.slot(PINNED));
            long state = small.host().folios().state(cpu, pfn);
            assertThat(FolioLayout.mapcount(state)).isZero();
            assertThat(state & FolioLayout.DIRTY).isNotZero();
            assertThat(state & FolioLayout.LRU).isNotZero();
            assertThat(FolioLayout.gen(state)).as("youngest").isEqualTo(5 % 4);
            // three rounds, of which all but pages 63 and 70 went
            assertThat(small.stat(VmEvent.PGSCAN)).isEqualTo(3 * 64);
            assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(3 * 64 - 2);
            assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(3 * 64 - 2);
        });
    }

    @Test
    void itsNextAccessIsAMinorFault() {
        small.run(cpu -> {
            pin(cpu);
            int slot = p.slot(PINNED);
            int pfn = small.host().swap().cached(cpu, slot);
            long faults = small.stat(VmEvent.PGFAULT);
            p.read(cpu, PINNED);
            assertThat(p.pfn(PINNED)).isEqualTo(pfn);
            assertThat(small.stat(VmEvent.PGFAULT)).isEqualTo(faults + 1);
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isZero();
            assertThat(small.host().swap().cached(cpu, slot)).isEqualTo(pfn);
        });
    }

    @Test
    void aWriteTakesItOutOfTheSwapCache() {
        small.run(cpu -> {
            pin(cpu);
            int slot = p.slot(PINNED);
            small.host().lru().drain(cpu);
            p.write(cpu, PINNED);
            assertThat(small.host().swap().cached(cpu, slot)).isEqualTo(-1);
            assertThat(small.host().swap().mappings(cpu, slot)).isZero();
        });
    }

    @Test
    void aWriteLeavesItThereWhileTheBatchStillHoldsIt() {
        small.run(cpu -> {
            pin(cpu);
            int slot = p.slot(PINNED);
            p.write(cpu, PINNED);
            assertThat(small.host().swap().cached(cpu, slot)).isEqualTo(p.pfn(PINNED));
        });
    }

    @Test
    void ifNeverTouchedTheNextEvictionWritesIt() {
        small.run(cpu -> {
            pin(cpu);
            int slot = p.slot(PINNED);
            Session session = new Session(small, p);
            for (int i = 0; i < 4; i++) {
                session.pass(cpu, 0);
            }
            assertThat(small.host().swap().cached(cpu, slot)).isEqualTo(-1);
            assertThat(small.stat(VmEvent.PSWPOUT)).isEqualTo(300);
            p.read(cpu, PINNED);
            assertThat(small.stat(VmEvent.PGMAJFAULT)).isOne();
        });
    }
}
