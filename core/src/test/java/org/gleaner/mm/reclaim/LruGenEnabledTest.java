package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// `lru_gen/enabled` written while a host runs. Each run ends with an audit.
final class LruGenEnabledTest {
    private static final LruGenCaps ALL = LruGenCaps.of(7);
    private static final LruGenCaps NONE = LruGenCaps.of(0);
    private static final int LIMIT = 500;
    private static final int PAGES = 900;

    private static void write(SmallHost small, Cpu cpu, LruGenCaps caps) {
        small.host().reclaim().setLruGen(cpu, caps);
    }

    /// Uses a hot set and everything else in turn.
    private static void use(Cpu cpu, Process p, int accesses, Random random) {
        for (int i = 0; i < accesses; i++) {
            p.read(cpu, random.nextInt(4) != 0 ? random.nextInt(200) : random.nextInt(PAGES));
        }
    }

    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void eachWriteHasReclaimGoOnByTheOther(KernelVersion kernel) {
        SmallHost small = SmallHost.virtual().kernel(kernel);
        small.run(cpu -> {
            Process p = small.process(cpu, LIMIT, PAGES);
            Random random = new Random(1);
            p.writeAll(cpu, 0, PAGES);
            use(cpu, p, 4_000, random);

            write(small, cpu, NONE);
            long generations = p.gen().peekMaxSeq(cpu);
            long stolen = small.stat(VmEvent.PGSTEAL);
            use(cpu, p, 4_000, random);
            assertThat(p.gen().peekMaxSeq(cpu)).isEqualTo(generations);
            assertThat(small.stat(VmEvent.PGSTEAL)).isGreaterThan(stolen);

            write(small, cpu, ALL);
            stolen = small.stat(VmEvent.PGSTEAL);
            use(cpu, p, 4_000, random);
            assertThat(p.gen().peekMaxSeq(cpu)).isGreaterThan(generations);
            assertThat(small.stat(VmEvent.PGSTEAL)).isGreaterThan(stolen);
        });
    }

    @Test
    void cgroupsOfAllLevelsAreSwitched() {
        SmallHost small = SmallHost.virtual();
        small.run(cpu -> {
            Memcg parent = small.host().memcgs().add(Memcg.UNLIMITED);
            Process above = small.process(cpu, parent, 50);
            Process below = small.process(cpu, small.host().memcgs().add(parent), 50);
            above.writeAll(cpu, 0, 50);
            below.writeAll(cpu, 0, 50);
            small.host().lru().drain(cpu);
            write(small, cpu, NONE);
            assertThat(small.host().memcgs().all())
                    .noneMatch(memcg -> memcg.lruvec().lruGenEnabled());
            assertThat(above.seq(cpu, 3)).isNegative();
            assertThat(below.seq(cpu, 3)).isNegative();
            assertThat(small.host().memcgs().add(parent).lruvec().lruGenEnabled()).isFalse();
        });
    }

    /// The host's bit is ahead of the cgroup's folios.
    @ParameterizedTest
    @CsvSource({
        "V6_1, 0, false", "V6_12, 0, false", "V6_18, 0, false", "V7_2, 0, true",
        "V6_1, 7, false", "V6_12, 7, false", "V6_18, 7, false", "V7_2, 7, true",
    })
    void inTheMiddleOnlyTheNewestKernelFindsFoliosThatHaveYetToMove(
            KernelVersion kernel, int before, boolean finds) {
        SmallHost small = SmallHost.virtual().kernel(kernel).lruGen(before);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 400);
            p.writeAll(cpu, 0, 400);
            small.host().lru().drain(cpu);
            ReclaimTunables tunables = small.host().reclaim().context().tunables();
            tunables.setSwitching(true);
            tunables.setCaps(before == 0 ? ALL : NONE);
            long freed = 0;
            for (int i = 0; i < 20; i++) {
                freed += small.host().reclaim().tryToFree(cpu, p.memcg, 32);
            }
            assertThat(freed > 0).isEqualTo(finds);
            tunables.setCaps(LruGenCaps.of(before));
            tunables.setSwitching(false);
        });
    }

    /// Beside a busy program at its limit, real kernels killed it within 5 (6.1), 7 (6.12) and 10
    /// (6.18) rounds of off and on; 7.2 did not in 161. (Two CPUs, 200 cgroups, `memory.max` of
    /// 4,096 pages.)
    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void aCgroupAtItsLimitMayBeKilledUpTo618(KernelVersion kernel) {
        SmallHost small = SmallHost.virtual().kernel(kernel).frames(40_000);
        Process[] busy = new Process[1];
        AtomicInteger turns = new AtomicInteger();
        small.run(
                cpu -> {
                    for (int i = 0; i < 5; i++) {
                        small.process(cpu, Memcg.UNLIMITED, 4_000).writeAll(cpu, 0, 4_000);
                    }
                    Process p = small.process(cpu, LIMIT, PAGES);
                    busy[0] = p;
                    Random random = new Random(1);
                    while (turns.get() < 50 && !p.mm.isKilled()) {
                        p.task.access(cpu, Process.BASE + random.nextInt(PAGES), true);
                    }
                },
                cpu -> {
                    while (busy[0] == null) {
                        cpu.sleep(100_000);
                    }
                    while (turns.getAndIncrement() < 50 && !busy[0].mm.isKilled()) {
                        cpu.sleep(300_000);
                        write(small, cpu, NONE);
                        cpu.sleep(300_000);
                        write(small, cpu, ALL);
                    }
                });
        assertThat(busy[0].mm.isKilled()).isEqualTo(kernel.isBefore(KernelVersion.V7_2));
    }

    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void theBooksAddUpHoweverOftenItIsSwitched(KernelVersion kernel) {
        Map<VmEvent, Long> first = switchedAtRandom(kernel, 7);
        assertThat(first.get(VmEvent.PSWPOUT)).isPositive();
        assertThat(first.get(VmEvent.PGDEACTIVATE)).isPositive();
        assertThat(switchedAtRandom(kernel, 7)).as("the same again").isEqualTo(first);
        for (long seed = 8; seed < 12; seed++) {
            Map<VmEvent, Long> other = switchedAtRandom(kernel, seed);
            if (kernel == KernelVersion.V7_2) {
                assertThat(other.get(VmEvent.OOM_KILL)).as("seed %d", seed).isZero();
            }
        }
    }

    /// Tasks that share memory, pins, forced agings and moving limits, beside somebody who keeps
    /// switching.
    private static Map<VmEvent, Long> switchedAtRandom(KernelVersion kernel, long seed) {
        System.out.println("seed " + seed);
        SmallHost small =
                SmallHost.virtual(seed)
                        .kernel(kernel)
                        .kswapd()
                        .frames(1_100)
                        .watermarks(30, 100, 160)
                        .switchChance(0.3);
        Actor[] tasks = small.churn(seed, 4, 4_000, 450);
        AtomicInteger running = new AtomicInteger(tasks.length);
        Actor[] all = new Actor[tasks.length + 1];
        for (int i = 0; i < tasks.length; i++) {
            Actor task = tasks[i];
            all[i] =
                    cpu -> {
                        task.run(cpu);
                        running.decrementAndGet();
                    };
        }
        all[tasks.length] =
                cpu -> {
                    Random random = new Random(seed);
                    while (running.get() > 0) {
                        cpu.sleep(random.nextInt(2_000_000));
                        write(small, cpu, LruGenCaps.of(random.nextInt(8)));
                    }
                };
        small.run(all);
        return new EnumMap<>(small.host().stat().snapshot());
    }
}
