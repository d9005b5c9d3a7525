package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.folio.FolioLayout;
import org.gleaner.mm.lru.MmWalkState;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.notifier.FakeSecondary;
import org.junit.jupiter.api.Test;

/// Which page tables an aging walk visits, and what it does to the pages it finds young.
final class PageTableWalkTest {
    private final SmallHost small = SmallHost.virtual();

    private void age(Cpu cpu, Process p) {
        assertThat(small.host().reclaim().age(cpu, p.memcg, false)).isTrue();
    }

    private static int young(Process p, int from, int to) {
        int n = 0;
        for (int page = from; page < to; page++) {
            n += p.isYoung(page) ? 1 : 0;
        }
        return n;
    }

    @Test
    void theWalkClearsAccessedBitsAndRelabelsWithoutMoving() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 512);
            p.writeAll(cpu, 0, 310);
            small.host().lru().drain(cpu);
            age(cpu, p);
            assertThat(young(p, 0, 310)).isZero();
            assertThat(p.seq(cpu, 5)).isEqualTo(3);
            p.readAll(cpu, 100, 110);
            age(cpu, p);
            assertThat(p.seq(cpu, 105)).isEqualTo(4);
            assertThat(p.seq(cpu, 5)).isEqualTo(3);
            assertThat(p.linked(3)).isEqualTo(310);
            assertThat(p.linked(4)).isZero();
            assertThat(p.labelled(3)).isEqualTo(300);
            assertThat(p.labelled(4)).isEqualTo(10);
        });
    }

    @Test
    void mappingsThatShareATableAreSeenInOneVisit() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            p.mm.map(cpu, Process.BASE + 200, 100, small.host().objects().newAnon(), 0, true);
            for (int turn = 0; turn < 3; turn++) {
                p.writeAll(cpu, 0, 100);
                p.writeAll(cpu, 200, 300);
                age(cpu, p);
                assertThat(young(p, 0, 300)).as("turn %d", turn).isZero();
            }
        });
    }

    @Test
    void aTableThatHardwareDidNotEnterIsSkipped() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 2048);
            p.writeAll(cpu, 0, 2048);
            MmWalkState state = p.gen().walkState();
            age(cpu, p);
            assertThat(state.met(MmWalkState.NONLEAF_FOUND)).isEqualTo(4);
            assertThat(state.met(MmWalkState.NONLEAF_ADDED)).isEqualTo(4);
            p.readAll(cpu, 512, 1024);
            age(cpu, p);
            // forced, the first walk left the non-leaf bits alone
            assertThat(state.met(MmWalkState.NONLEAF_FOUND)).isEqualTo(8);
            p.readAll(cpu, 512, 1024);
            age(cpu, p);
            assertThat(state.met(MmWalkState.NONLEAF_FOUND)).isEqualTo(9);
            assertThat(young(p, 0, 2048)).isZero();
        });
    }

    @Test
    void aSparseTableIsNotVisitedAgainUntilEvictionFindsItDense() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1024);
            p.writeAll(cpu, 0, 63);
            p.writeAll(cpu, 512, 512 + 64);
            age(cpu, p);
            p.readAll(cpu, 0, 63);
            p.readAll(cpu, 512, 512 + 64);
            age(cpu, p);
            assertThat(young(p, 0, 63)).isEqualTo(63);
            assertThat(young(p, 512, 512 + 64)).isZero();
        });
    }

    @Test
    void aWalkWithoutAContextSwitchVisitsNothingButAges() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 512);
            p.writeAll(cpu, 0, 512);
            age(cpu, p);
            p.readAll(cpu, 0, 512);
            LruGenAging aging = Session.undisturbed(small.host().reclaim().context());
            ScanControl sc = new ScanControl();
            sc.start(p.memcg, false, 32, 60);
            p.mm.testAndClearUsed(cpu);
            assertThat(aging.tryToIncMaxSeq(cpu, p.memcg, 4, true, false, sc)).isTrue();
            assertThat(p.gen().maxSeq(cpu)).isEqualTo(5);
            assertThat(young(p, 0, 512)).isEqualTo(512);
            assertThat(aging.tryToIncMaxSeq(cpu, p.memcg, 4, true, false, sc)).isFalse();
        });
    }

    @Test
    void anAddressSpaceWithSubscribersIsAskedPageByPageWhateverTheHostSaw() {
        FakeSecondary secondary = new FakeSecondary();
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 512);
            p.writeAll(cpu, 0, 200);
            small.host().lru().drain(cpu);
            p.mm.notifiers().register(cpu, secondary);
            age(cpu, p);
            secondary.young.add(Process.BASE + 150);
            secondary.young.add(Process.BASE + 300);
            age(cpu, p);
            assertThat(p.seq(cpu, 150)).isEqualTo(4);
            assertThat(p.seq(cpu, 149)).isEqualTo(3);
            assertThat(secondary.young).containsExactly(Process.BASE + 300);
            p.mm.notifiers().unregister(cpu, secondary);
        });
    }

    @Test
    void anIsolatedOrBatchedFolioOnlyGetsItsReferencedFlag() {
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 512);
            p.writeAll(cpu, 0, 10);
            age(cpu, p);
            assertThat(p.seq(cpu, 3)).isEqualTo(-1);
            assertThat(p.state(cpu, 3) & FolioLayout.REFERENCED).isNotZero();
            small.host().lru().drain(cpu);
            assertThat(p.seq(cpu, 3)).isEqualTo(4);
        });
    }
}
