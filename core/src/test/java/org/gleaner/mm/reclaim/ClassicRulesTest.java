package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.ACTIVE;
import static org.gleaner.mm.folio.FolioLayout.REFERENCED;
import static org.gleaner.mm.folio.FolioLayout.WORKINGSET;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The active and inactive lists, pass by pass.
final class ClassicRulesTest {
    private final SmallHost small = SmallHost.virtual().classic();
    private final ScanControl sc = new ScanControl();

    private Process filled(Cpu cpu, int pages) {
        Process p = small.process(cpu, Memcg.UNLIMITED, pages);
        p.writeAll(cpu, 0, pages);
        small.host().lru().drain(cpu);
        p.memcg.lruvec().flushStats(cpu);
        return p;
    }

    private ClassicReclaim classic() {
        return ClassicReclaim.of(small.host().reclaim().context());
    }

    private ScanBalance balance() {
        return new ScanBalance(new Protected(small.host().reclaim().context()));
    }

    /// A whole turn over the lists: priority 0, and no goal that would end it.
    private void turn(Cpu cpu, Process p) {
        sc.start(p.memcg, false, 1_000_000, 60);
        sc.priority = 0;
        sc.mayDeactivate[0] = false;
        classic().shrink(cpu, p.memcg, sc);
    }

    @Test
    void aPageStartsInactiveWithoutFlags() {
        small.run(cpu -> {
            Process p = filled(cpu, 100);
            assertThat(p.memcg.lruvec().size(LruList.INACTIVE_ANON)).isEqualTo(100);
            assertThat(p.state(cpu, 5) & (ACTIVE | REFERENCED | WORKINGSET)).isZero();
        });
    }

    @Test
    void theFirstSightingMarksTheSecondActivatesAndIdlePagesGo() {
        small.run(cpu -> {
            Process p = filled(cpu, 64);
            turn(cpu, p);
            assertThat(small.stat(VmEvent.PGSTEAL)).isZero();
            assertThat(p.state(cpu, 5) & REFERENCED).isNotZero();
            assertThat(p.isYoung(5)).isFalse();
            p.readAll(cpu, 0, 20);
            turn(cpu, p);
            assertThat(small.stat(VmEvent.PGSTEAL)).isEqualTo(44);
            Lruvec lruvec = p.memcg.lruvec();
            assertThat(lruvec.size(LruList.ACTIVE_ANON)).isEqualTo(20);
            assertThat(lruvec.size(LruList.INACTIVE_ANON)).isZero();
            assertThat(p.state(cpu, 5) & ACTIVE).isNotZero();
            assertThat(p.state(cpu, 5) & REFERENCED).as("kept while active").isNotZero();
            assertThat(small.stat(VmEvent.PGACTIVATE)).isEqualTo(20);
            // 44 evictions and 20 activations
            assertThat(lruvec.nonresidentAge(cpu)).isEqualTo(64);
        });
    }

    @Test
    void deactivationConsumesTheAccessedBitAndSetsWorkingset() {
        small.run(cpu -> {
            Process p = filled(cpu, 64);
            turn(cpu, p);
            p.readAll(cpu, 0, 64);
            turn(cpu, p);
            assertThat(p.memcg.lruvec().size(LruList.ACTIVE_ANON)).isEqualTo(64);
            p.readAll(cpu, 0, 64);
            p.memcg.lruvec().flushStats(cpu);
            // nothing is inactive, so 32 are deactivated whatever their bits say
            turn(cpu, p);
            assertThat(p.memcg.lruvec().size(LruList.INACTIVE_ANON)).isEqualTo(32);
            assertThat(small.stat(VmEvent.PGDEACTIVATE)).isEqualTo(32);
            assertThat(small.stat(VmEvent.PGREFILL)).isEqualTo(32);
            long state = p.state(cpu, 0);
            assertThat(state & (ACTIVE | WORKINGSET)).isEqualTo(WORKINGSET);
            assertThat(p.isYoung(0)).isFalse();
            assertThat(p.isYoung(40)).isTrue();
        });
    }

    @ParameterizedTest
    @CsvSource({
        // inactive, active, low
        "10, 10, false",
        "10, 11, true",
        // a gigabyte: ratio 3
        "65536, 196608, false",
        "65536, 196609, true",
        "100000, 162144, false",
        // ten: ratio 10
        "238313, 2383127, false",
        "238312, 2383128, true"
    })
    void theInactiveListIsLowByTheSquareRootOfTheGigabytes(
            long inactive, long active, boolean low) {
        assertThat(ClassicReclaim.isLow(inactive, active)).isEqualTo(low);
    }

    @Test
    void staleStatisticsMisleadReclaimOfCgroups() {
        small.run(cpu -> {
            Process p = filled(cpu, 64);
            Lruvec lruvec = p.memcg.lruvec();
            Lruvec root = small.host().memcgs().root().lruvec();
            root.flushStats(cpu);
            turn(cpu, p);
            p.readAll(cpu, 0, 64);
            turn(cpu, p);
            assertThat(lruvec.size(LruList.INACTIVE_ANON)).isZero();
            assertThat(lruvec.stats().size(LruList.INACTIVE_ANON)).isEqualTo(64);
            assertThat(root.stats().size(LruList.INACTIVE_ANON)).isEqualTo(64);
            assertThat(ClassicReclaim.inactiveIsLow(lruvec, 0)).isFalse();
            assertThat(ClassicReclaim.inactiveIsLow(root, 0)).isFalse();
            root.flushStats(cpu);
            assertThat(ClassicReclaim.inactiveIsLow(root, 0)).isTrue();
        });
    }

    @Test
    void aHostWithoutCgroupsIsNotMisled() {
        small.run(cpu -> {
            Process p = small.process(cpu, small.host().memcgs().root(), 64);
            p.writeAll(cpu, 0, 64);
            small.host().lru().drain(cpu);
            turn(cpu, p);
            p.readAll(cpu, 0, 64);
            turn(cpu, p);
            // what the turn made active, its end has begun to deactivate again
            assertThat(p.memcg.lruvec().size(LruList.ACTIVE_ANON)).isEqualTo(32);
            assertThat(p.memcg.lruvec().size(LruList.INACTIVE_ANON)).isEqualTo(32);
        });
    }

    @ParameterizedTest
    @CsvSource({
        // priority, swappiness, pages per list: inactive 4096
        "12, 60, 0",
        "11, 60, 0",
        "10, 60, 1",
        "9, 60, 2",
        "5, 60, 38",
        "0, 60, 4096",
        "0, 0, 0"
    })
    void theScanIsTheSizeByPriorityTimesTheShareOfTheType(int priority, int swappiness, long n) {
        small.run(cpu -> {
            Process p = filled(cpu, 4096);
            sc.start(p.memcg, false, 32, swappiness);
            sc.priority = priority;
            long[] nr = new long[4];
            balance().count(p.memcg, sc, true, nr);
            // no cost yet: 60 of 200
            assertThat(nr[LruList.INACTIVE_ANON]).isEqualTo(n);
        });
    }

    @Test
    void aCostlyTypeIsScannedLess() {
        small.run(cpu -> {
            Process p = filled(cpu, 4096);
            sc.start(p.memcg, false, 32, 60);
            sc.anonCost = 900;
            long[] expected = {0, 0, 0, 1, 2, 5, 11, 22};
            for (int priority = 12; priority >= 5; priority--) {
                sc.priority = priority;
                long[] nr = new long[4];
                balance().count(p.memcg, sc, true, nr);
                assertThat(nr[LruList.INACTIVE_ANON]).isEqualTo(expected[12 - priority]);
            }
        });
    }
}
