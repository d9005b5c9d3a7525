package org.gleaner.mm.oom;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.space.OomCause;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// From a shortage to the victim's end, and what becomes of those who wait for it.
final class OomKillerTest {
    private static final long MILLI = 1_000_000;

    /// Room for some 580 pages, and no swap.
    private static SmallHost host() {
        return SmallHost.virtual().slots(0).frames(600).watermarks(10, 20, 30).cpus(16);
    }

    /// Has the process exit so long after it is killed, as one whose tasks sleep.
    private static void exitsAfter(SmallHost small, Process p, long nanos) {
        p.mm.onKill(_ ->
                small.engine()
                        .spawn(
                                "exit",
                                cpu -> {
                                    cpu.sleep(nanos);
                                    small.host().mappingChanges().exit(cpu, p.mm);
                                }));
    }

    /// Writes pages until all are written, or an error, which it returns.
    private static int fill(Cpu cpu, Process p, int pages) {
        int result = PageFaults.DONE;
        for (int page = 0; page < pages && result == PageFaults.DONE; page++) {
            result = p.task.access(cpu, Process.BASE + page, true);
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void whoIsShortWaitsForTheVictimsEndAndKillsNobodyElse(int lruGen) {
        SmallHost small = host().lruGen(lruGen);
        small.run(cpu -> {
            Process large = small.process(cpu, Memcg.UNLIMITED, 300);
            Process little = small.process(cpu, Memcg.UNLIMITED, 50);
            exitsAfter(small, large, 30 * MILLI);
            exitsAfter(small, little, 0);
            large.writeAll(cpu, 0, 300);
            little.writeAll(cpu, 0, 50);
            Process p = small.process(cpu, Memcg.UNLIMITED, 290);
            long start = cpu.now();
            p.writeAll(cpu, 0, 290);
            assertThat(cpu.now() - start).isGreaterThan(30 * MILLI);
            assertThat(large.mm.killedFor()).isEqualTo(OomCause.HOST);
            assertThat(large.memcg.events(MemcgEvent.OOM_KILL)).isOne();
            assertThat(large.memcg.events(MemcgEvent.OOM)).isZero();
            assertThat(large.mm.memoryFreed()).isTrue();
            assertThat(little.mm.isKilled()).isFalse();
            assertThat(p.mm.isKilled()).isFalse();
        });
        assertThat(small.stat(VmEvent.OOM_KILL)).isOne();
    }

    @Test
    void whatAVictimThatHangsHasTheReaperTakesAfterTwoSeconds() {
        SmallHost small = host();
        small.run(cpu -> {
            Process large = small.process(cpu, Memcg.UNLIMITED, 300);
            large.writeAll(cpu, 0, 300);
            small.process(cpu, Memcg.UNLIMITED, 50).writeAll(cpu, 0, 50);
            Process p = small.process(cpu, Memcg.UNLIMITED, 290);
            p.writeAll(cpu, 0, 290);
            assertThat(cpu.now()).isBetween(2_000 * MILLI, 2_200 * MILLI);
            assertThat(large.mm.isKilled()).isTrue();
            assertThat(large.isResident(0)).isFalse();
            assertThat(large.task.access(cpu, Process.BASE, false)).isEqualTo(PageFaults.NOMEM);
        });
        assertThat(small.stat(VmEvent.OOM_KILL)).isOne();
    }

    /// Another CPU has 40 free pages in its own list at the first shortage, and again at the
    /// second.
    @Test
    void cpusAreAskedForFreePagesInEveryShortage() {
        SmallHost small = host();
        Word asked = new Word();
        AtomicInteger times = new AtomicInteger();
        small.run(
                cpu -> {
                    small.host().reclaim().drainBy(asking -> asking.store(asked, 1));
                    Process large = small.process(cpu, Memcg.UNLIMITED, 300);
                    Process p = small.process(cpu, Memcg.UNLIMITED, 300);
                    exitsAfter(small, large, MILLI);
                    large.writeAll(cpu, 0, 260);
                    cpu.sleep(100 * MILLI);
                    p.writeAll(cpu, 0, 260);
                    assertThat(times.get()).isOne();
                    cpu.sleep(100 * MILLI);
                    p.writeAll(cpu, 260, 300);
                    assertThat(times.get()).isEqualTo(2);
                    assertThat(large.mm.isKilled()).isFalse();
                },
                cpu -> {
                    cpu.sleep(50 * MILLI);
                    Process[] held = new Process[2];
                    for (int i = 0; i < held.length; i++) {
                        held[i] = small.process(cpu, Memcg.UNLIMITED, 40);
                        held[i].writeAll(cpu, 0, 40);
                    }
                    small.host().drain(cpu);
                    for (Process each : held) {
                        small.host().mappingChanges().exit(cpu, each.mm);
                        cpu.block(asked, 1, 1);
                        cpu.store(asked, 0);
                        times.incrementAndGet();
                        small.host().drain(cpu);
                    }
                });
        assertThat(small.stat(VmEvent.OOM_KILL)).isZero();
    }

    /// Its pages come back a while after it has no mapping any more.
    @Test
    void aVictimIsGoingUntilItsLastMappingsPagesAreBack() {
        SmallHost small = host().frames(130);
        small.run(cpu -> {
            Process large = small.process(cpu, Memcg.UNLIMITED, 60);
            Process little = small.process(cpu, Memcg.UNLIMITED, 40);
            large.mm.onKill(_ ->
                    small.engine()
                            .spawn(
                                    "exit",
                                    exiting -> {
                                        small.host().mappingChanges().unmap(exiting, large.vma);
                                        exiting.sleep(300 * MILLI);
                                        small.host().mappingChanges().exit(exiting, large.mm);
                                        small.host().drain(exiting);
                                    }));
            large.writeAll(cpu, 0, 60);
            little.writeAll(cpu, 0, 40);
            small.process(cpu, Memcg.UNLIMITED, 35).writeAll(cpu, 0, 35);
            assertThat(large.mm.isKilled()).isTrue();
            assertThat(little.mm.isKilled()).isFalse();
        });
        assertThat(small.stat(VmEvent.OOM_KILL)).isOne();
    }

    /// Of two processes the one with most memory goes, though hardly any entry shows it.
    @Test
    void aHugePageCountsAsManyPages() {
        SmallHost small =
                SmallHost.virtual().slots(0).frames(2_300).watermarks(10, 20, 30).cpus(16).thp();
        small.run(cpu -> {
            Process large = small.process(cpu, Memcg.UNLIMITED, 1_024);
            Process innocent = small.process(cpu, Memcg.UNLIMITED, 400);
            exitsAfter(small, large, MILLI);
            exitsAfter(small, innocent, MILLI);
            large.writeAll(cpu, 0, 1_024);
            assertThat(large.isHuge(512)).isTrue();
            innocent.writeAll(cpu, 0, 400);
            Process p = small.process(cpu, Memcg.UNLIMITED, 1_000);
            assertThat(fill(cpu, p, 1_000)).isEqualTo(PageFaults.DONE);
            assertThat(innocent.mm.isKilled()).isFalse();
            assertThat(large.mm.killedFor()).isEqualTo(OomCause.HOST);
        });
        assertThat(small.stat(VmEvent.OOM_KILL)).isOne();
    }

    @Test
    void aLimitKillsWithinItsCgroupOnly() {
        SmallHost small = host();
        small.run(cpu -> {
            Process outside = small.process(cpu, Memcg.UNLIMITED, 300);
            outside.writeAll(cpu, 0, 300);
            Memcg parent = small.host().memcgs().add(100);
            Process large = small.process(cpu, small.host().memcgs().add(parent), 60);
            Process p = small.process(cpu, small.host().memcgs().add(parent), 60);
            exitsAfter(small, large, MILLI);
            large.writeAll(cpu, 0, 60);
            p.writeAll(cpu, 0, 60);
            assertThat(large.mm.killedFor()).isEqualTo(OomCause.LIMIT);
            assertThat(outside.mm.isKilled()).isFalse();
            assertThat(parent.events(MemcgEvent.OOM)).isPositive();
            assertThat(parent.events(MemcgEvent.OOM_KILL)).isOne();
            assertThat(large.memcg.events(MemcgEvent.OOM_KILL)).isOne();
            assertThat(p.memcg.events(MemcgEvent.OOM_KILL)).isZero();
        });
    }

    @Test
    void aLimitWrittenBelowWhatIsInUseKills() {
        SmallHost small = host();
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            exitsAfter(small, p, MILLI);
            p.writeAll(cpu, 0, 100);
            assertThat(small.host().memcgFiles().setMax(cpu, p.memcg, 50)).isTrue();
            assertThat(p.mm.killedFor()).isEqualTo(OomCause.LIMIT);
            assertThat(p.memcg.current()).isLessThanOrEqualTo(50);
        });
    }

    @Test
    void aKillEndsTheSleepOfATaskAboveItsHighLimit() {
        SmallHost small = host();
        Process[] throttled = new Process[1];
        small.run(
                cpu -> {
                    Process p = small.process(cpu, Memcg.UNLIMITED, 400);
                    p.memcg.setHigh(10);
                    throttled[0] = p;
                    assertThat(fill(cpu, p, 400)).isEqualTo(PageFaults.NOMEM);
                    assertThat(cpu.now()).isBetween(1_000 * MILLI, 1_001 * MILLI);
                    assertThat(p.memcg.throttledNanos()).isBetween(900 * MILLI, 1_001 * MILLI);
                },
                cpu -> {
                    cpu.sleep(1_000 * MILLI);
                    throttled[0].mm.kill(cpu, OomCause.HOST);
                });
    }

    /// A sleep that nobody ends is a sleep like any other, to the tick.
    @Test
    void aKillableSleepIsAsLongAsAnother() {
        SmallHost small = host();
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 1);
            long start = cpu.now();
            cpu.sleep(5 * MILLI + 1);
            long plain = cpu.now() - start;
            p.mm.sleepKillable(cpu, 5 * MILLI + 1);
            assertThat(cpu.now() - start - plain).isEqualTo(plain);
            p.mm.terminate(cpu);
            start = cpu.now();
            p.mm.sleepKillable(cpu, 5 * MILLI);
            assertThat(cpu.now() - start).isLessThan(MILLI);
        });
    }

    /// Seven processes of which five fit, each on a thread of its own.
    @Test
    void onRealThreadsWhoLivesHasAllItsPagesAndWhoDiesWasKilled() {
        SmallHost small =
                SmallHost.threads().slots(0).frames(1_100).watermarks(10, 20, 30).cpus(16);
        AtomicInteger lived = new AtomicInteger();
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger died = new AtomicInteger();
        Actor[] actors = new Actor[7];
        Memcg[] memcgs = new Memcg[actors.length];
        for (int i = 0; i < actors.length; i++) {
            memcgs[i] = small.host().memcgs().add(Memcg.UNLIMITED);
        }
        for (int i = 0; i < actors.length; i++) {
            Memcg memcg = memcgs[i];
            actors[i] =
                    cpu -> {
                        Process p = small.process(cpu, memcg, 200);
                        int result = fill(cpu, p, 200);
                        ended.incrementAndGet();
                        while (ended.get() < actors.length && !p.mm.isKilled()) {
                            p.mm.sleepKillable(cpu, MILLI);
                        }
                        if (p.mm.isKilled()) {
                            assertThat(p.mm.killedFor()).isEqualTo(OomCause.HOST);
                            small.host().mappingChanges().exit(cpu, p.mm);
                            small.host().lru().drain(cpu);
                            small.host().node().zone().drainLocal(cpu);
                            died.incrementAndGet();
                        } else {
                            assertThat(result).isEqualTo(PageFaults.DONE);
                            lived.incrementAndGet();
                        }
                    };
        }
        small.run(actors);
        assertThat(lived.get()).isPositive();
        assertThat(died.get()).isPositive().isEqualTo((int) small.stat(VmEvent.OOM_KILL));
    }
}
