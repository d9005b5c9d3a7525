package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Real threads, real pages, a swap file, and not enough memory: nothing may be lost, freed twice
/// or stuck. `-Dgleaner.torture.seconds=60` for longer, `-Dgleaner.torture.seed=N` for other.
@Tag("long")
final class MmTortureTest {
    private static final double SECONDS =
            Double.parseDouble(System.getProperty("gleaner.torture.seconds", "1"));

    private static final long SEED = Long.getLong("gleaner.torture.seed", 1);
    private static final int PROCESSES = 3;
    private static final int PAGES = 400;
    private static final long SHARED = 100_000;
    private static final long SCRATCH = 200_000;

    @ParameterizedTest
    @CsvSource({
        // MGLRU, limit of each cgroup, frames
        "7, 300, 4000",
        "0, 300, 4000",
        "7, 1000000, 800",
        "1, 350, 800",
    })
    @Timeout(600)
    void nothingIsLostUnderPressure(int lruGen, long limit, int frames) {
        System.out.println("seed " + SEED);
        SmallHost small =
                SmallHost.threads()
                        .lruGen(lruGen)
                        .frames(frames)
                        .watermarks(40, 80, 160)
                        .kswapd()
                        .slots(4_000);
        LongAdder accesses = new LongAdder();
        small.run(torturers(small, small.host().memcgs().root(), limit, accesses));
        System.out.printf(
                "%d accesses, %d major faults, %d written%n",
                accesses.sum(), small.stat(VmEvent.PGMAJFAULT), small.stat(VmEvent.PSWPOUT));
        long read = small.stat(VmEvent.PSWPIN);
        assertThat(read).isPositive();
        // a fault that did not find its page in the swap cache is a major one, even if another read
        // it meanwhile
        assertThat(small.stat(VmEvent.PGMAJFAULT)).isBetween(read, read + read / 100);
    }

    /// The same in a tree of cgroups, with somebody who takes memory back, changes protections and
    /// switches MGLRU on and off all the while. By 7.2's rules: up to 6.18 reclaim finds a cgroup
    /// that has yet to be switched empty, and whoever allocates gives up if the one who switches
    /// is held up by then.
    @ParameterizedTest
    @CsvSource({
        // MGLRU, limit of all together, frames
        "7, 1000000, 800",
        "1, 700, 4000",
        "0, 700, 4000",
    })
    @Timeout(600)
    void cgroupFilesMayBeWrittenMeanwhile(int lruGen, long limit, int frames) {
        SmallHost small =
                SmallHost.threads()
                        .lruGen(lruGen)
                        .frames(frames)
                        .watermarks(40, 80, 160)
                        .kswapd()
                        .cpus(12)
                        .kernel(KernelVersion.V7_2)
                        .slots(4_000);
        Memcg parent = small.host().memcgs().add(limit);
        Actor[] workers = torturers(small, parent, Memcg.UNLIMITED, new LongAdder());
        Actor[] all = Arrays.copyOf(workers, workers.length + 1);
        all[workers.length] = cpu -> meddle(cpu, small.host());
        small.run(all);
        assertThat(small.stat(VmEvent.PSWPIN)).isPositive();
        assertThat(parent.events(MemcgEvent.OOM)).isZero();
    }

    private static void meddle(Cpu cpu, Host host) {
        Random random = new Random(SEED);
        long until = cpu.now() + (long) (SECONDS * 1e9);
        while (cpu.now() < until) {
            Memcg memcg = host.memcgs().all().get(random.nextInt(host.memcgs().all().size()));
            switch (random.nextInt(4)) {
                case 0 -> memcg.setLow(random.nextInt(200));
                case 1 -> memcg.setMin(random.nextInt(100));
                case 2 -> host.reclaim().setLruGen(cpu, LruGenCaps.of(random.nextInt(8)));
                default -> host.memcgFiles().reclaim(cpu, memcg, 1 + random.nextInt(100));
            }
            cpu.sleep(1_000_000);
        }
    }

    /// Two threads in each process: memory of its own, a memfd that all map, and scratch memory of
    /// each thread.
    private static Actor[] torturers(
            SmallHost small, Memcg parent, long limit, LongAdder accesses) {
        Host host = small.host();
        Memfd memfd = host.objects().newMemfd(PAGES);
        List<RmapObject> anons = new ArrayList<>();
        List<RmapObject> scratch = new ArrayList<>();
        List<Memcg> memcgs = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            anons.add(host.objects().newAnon());
            Memcg memcg = host.memcgs().add(parent);
            memcg.setMax(limit);
            memcgs.add(memcg);
        }
        AtomicReferenceArray<Process> processes = new AtomicReferenceArray<>(PROCESSES);
        Actor[] actors = new Actor[2 * PROCESSES];
        for (int i = 0; i < actors.length; i++) {
            scratch.add(host.objects().newAnon());
            int me = i;
            actors[i] =
                    cpu -> {
                        int n = me / 2;
                        if (me % 2 == 0) {
                            Process made =
                                    Process.mapping(host, cpu, memcgs.get(n), anons.get(n), PAGES);
                            made.mm.map(cpu, SHARED, PAGES, memfd, 0, true);
                            processes.set(n, made);
                        }
                        while (processes.get(n) == null) {
                            cpu.sleep(100_000);
                        }
                        Process p = processes.get(n);
                        long start = SCRATCH + 10_000L * me;
                        Vma mine = p.mm.map(cpu, start, 64, scratch.get(me), 0, true);
                        Torturer torturer =
                                new Torturer(
                                        p,
                                        1 + me,
                                        SEED * 100 + me,
                                        mine,
                                        new Torturer.Region(
                                                Process.BASE, PAGES, 1_000_000L * (n + 1)),
                                        new Torturer.Region(SHARED, PAGES, 9_000_000));
                        torturer.run(cpu, (long) (SECONDS * 1e9));
                        accesses.add(torturer.accesses);
                    };
        }
        return actors;
    }
}
