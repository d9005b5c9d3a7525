package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.lru.LruList;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.space.OomCause;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where nothing fits any more: an answer, no exception, and books that still add up.
final class OutOfMemoryTest {
    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void withoutSwapALimitIsFinal(int lruGen) {
        SmallHost small = SmallHost.virtual().slots(0).lruGen(lruGen);
        small.run(cpu -> {
            Process p = small.process(cpu, 100, 200);
            p.writeAll(cpu, 0, 100);
            assertThat(p.task.access(cpu, Process.BASE + 100, true)).isEqualTo(PageFaults.NOMEM);
            assertThat(p.memcg.events(MemcgEvent.OOM_KILL)).isOne();
            assertThat(p.memcg.usage().snapshot()).isEqualTo(100);
            assertThat(p.isResident(100)).isFalse();
            int[] accesses = {0, 99, 101 | 1 << 31, 5};
            assertThat(p.task.run(cpu, Process.BASE, accesses, 0, 4)).isEqualTo(2);
            // who is dying gets nothing, room or not
            p.memcg.setMax(101);
            assertThat(p.task.access(cpu, Process.BASE + 100, true)).isEqualTo(PageFaults.NOMEM);
            assertThat(p.mm.killedFor()).isEqualTo(OomCause.LIMIT);
            small.host().mappingChanges().exit(cpu, p.mm);
            Process next = small.process(cpu, p.memcg, 100);
            next.writeAll(cpu, 0, 100);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void whenSwapIsUsedUpTheLimitIsFinal(int lruGen) {
        SmallHost small = SmallHost.virtual().slots(150).lruGen(lruGen);
        small.run(cpu -> {
            Process p = small.process(cpu, 100, 1_000);
            int page = 0;
            while (p.task.access(cpu, Process.BASE + page, true) == PageFaults.DONE) {
                page++;
            }
            assertThat(page).isBetween(150, 250);
            assertThat(p.memcg.events(MemcgEvent.OOM_KILL)).isOne();
        });
    }

    /// Everything has become active since statistics were flushed, so to reclaim the inactive list
    /// looks long while there is nothing on it.
    @Test
    void nobodyIsKilledForStaleStatistics() {
        SmallHost small = SmallHost.virtual().classic();
        small.run(cpu -> {
            Process p = small.process(cpu, 300, 1_000);
            p.writeAll(cpu, 0, 300);
            small.host().lru().drain(cpu);
            p.memcg.lruvec().flushStats(cpu);
            for (int touch = 0; touch < 2; touch++) {
                for (int page = 0; page < 300; page++) {
                    small.host().lru().markAccessed(cpu, p.pfn(page));
                }
            }
            small.host().lru().drain(cpu);
            assertThat(p.memcg.lruvec().size(LruList.ACTIVE_ANON)).isEqualTo(300);
            p.write(cpu, 300);
            assertThat(p.memcg.events(MemcgEvent.OOM_KILL)).isZero();
        });
    }

    @Test
    void statisticsAreFlushedEveryTwoSeconds() {
        SmallHost small = SmallHost.virtual().classic();
        small.run(cpu -> {
            Process p = small.process(cpu, 300, 1_000);
            p.writeAll(cpu, 0, 400);
            assertThat(p.memcg.lruvec().stats().size(LruList.INACTIVE_ANON)).isZero();
            cpu.sleep(2_000_000_000);
            p.readAll(cpu, 0, 10);
            assertThat(p.memcg.lruvec().stats().size(LruList.INACTIVE_ANON)).isPositive();
        });
    }

    @Test
    void aHostWithoutMemoryAnswersTheSameWay() {
        SmallHost small = SmallHost.virtual().slots(0).frames(300).watermarks(10, 20, 30);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1_000);
            int page = 0;
            while (p.task.access(cpu, Process.BASE + page, true) == PageFaults.DONE) {
                page++;
            }
            assertThat(page).isBetween(250, 290);
            assertThat(small.stat(VmEvent.OOM_KILL)).isOne();
            assertThat(small.stat(VmEvent.ALLOCSTALL)).isGreaterThanOrEqualTo(17);
        });
    }

    @Test
    void aHostWithSwapReclaimsInsteadOfGivingUp() {
        SmallHost small = SmallHost.virtual().frames(300).watermarks(10, 20, 30);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1_000);
            p.writeAll(cpu, 0, 1_000);
            p.readAll(cpu, 0, 1_000);
        });
        assertThat(small.stat(VmEvent.ALLOCSTALL)).isPositive();
        assertThat(small.stat(VmEvent.PGSTEAL_DIRECT)).isEqualTo(small.stat(VmEvent.PGSTEAL));
    }

    @Test
    void anAccessOutsideAnyMappingIsAFault() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Process p = small.process(cpu, 100, 10);
            assertThat(p.task.access(cpu, Process.BASE + 10, false)).isEqualTo(PageFaults.FAULT);
            assertThat(p.task.access(cpu, Process.BASE - 1, true)).isEqualTo(PageFaults.FAULT);
        });
    }
}
