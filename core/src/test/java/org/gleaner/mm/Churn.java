package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.gup.GetUserPages;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.reclaim.PageIdle;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;

/// Several processes that use memory at random, on one CPU each: private memory, a memfd they
/// share, pages pinned for a while, limits that move, agings forced from outside.
final class Churn {
    private static final int PAGES = 700;
    private static final int PINS = 8;
    private static final long SCRATCH = 200_000;

    private final SmallHost small;
    private final long seed;
    private final int turns;
    private final Process[] processes;

    /// By process: others' threads that are in it.
    private final Word[] guests;

    private final Memcg[] memcgs = new Memcg[2];
    private final Walk[] walk = new Walk[64];
    private Memfd memfd;

    Churn(SmallHost small, long seed, int tasks, int turns) {
        this.small = small;
        this.seed = seed;
        this.turns = turns;
        processes = new Process[tasks];
        guests = new Word[tasks];
        Arrays.setAll(guests, i -> new Word());
        Arrays.setAll(walk, i -> new Walk());
    }

    /// One actor sets up, and then all run.
    Actor[] actors(long limit) {
        Host host = small.host();
        memcgs[0] = host.memcgs().add(limit);
        memcgs[1] = host.memcgs().add(limit);
        memfd = host.objects().newMemfd(PAGES);
        Actor[] actors = new Actor[processes.length];
        for (int i = 0; i < actors.length; i++) {
            int me = i;
            Memcg memcg = memcgs[i % 2];
            actors[i] =
                    cpu -> {
                        Process p = born(cpu, me, memcg);
                        run(cpu, p, me, new Random(seed * 1_000 + me));
                    };
        }
        return actors;
    }

    private Process born(Cpu cpu, int me, Memcg memcg) {
        Host host = small.host();
        Process p = Process.mapping(host, cpu, memcg, host.objects().newAnon(), PAGES);
        p.mm.map(cpu, 100_000, PAGES, memfd, 0, true);
        processes[me] = p;
        return p;
    }

    private void run(Cpu cpu, Process first, int me, Random random) {
        Process p = first;
        Deque<Integer> pins = new ArrayDeque<>();
        AnonVma anon = small.host().objects().newAnon();
        Vma scratch = p.mm.map(cpu, SCRATCH, 64, anon, 0, true);
        for (int turn = 0; turn < turns; turn++) {
            if (p.mm.isKilled()) {
                cpu.block(guests[me], -1, 0);
                small.host().mappingChanges().exit(cpu, p.mm);
                p = born(cpu, me, p.memcg);
                scratch = p.mm.map(cpu, SCRATCH, 64, anon, 0, true);
            }
            cpu.chargeNanos(random.nextInt(400));
            long page = random.nextInt(100) < 70 ? random.nextInt(150) : random.nextInt(PAGES);
            long vpn = random.nextInt(3) == 0 ? 100_000 + page : Process.BASE + page;
            int what = random.nextInt(1_000);
            if (what < 20) {
                pin(cpu, p, vpn, random, pins);
            } else if (what < 22) {
                small.host().reclaim().age(cpu, p.memcg, random.nextBoolean());
            } else if (what < 24) {
                long limit = 250L + random.nextInt(600);
                p.memcg.setMax(limit);
            } else if (what < 30) {
                visit(cpu, random.nextInt(processes.length), Process.BASE + page, random);
            } else if (what < 100) {
                scratch = use(cpu, p, scratch, random);
            } else if (what < 102) {
                p.memcg.lruvec().flushStats(cpu);
            } else {
                expectDone(p, p.task.access(cpu, vpn, random.nextInt(3) == 0));
            }
            if (pins.size() > PINS || (!pins.isEmpty() && random.nextInt(30) == 0)) {
                small.host().lru().put(cpu, pins.remove());
            }
        }
        for (int pfn : pins) {
            small.host().lru().put(cpu, pfn);
        }
    }

    /// Memory that comes and goes, is protected and unprotected, and watched for idleness.
    private Vma use(Cpu cpu, Process p, Vma scratch, Random random) {
        long vpn = SCRATCH + random.nextInt(64);
        switch (random.nextInt(20)) {
            case 0 -> {
                small.host().mappingChanges().unmap(cpu, scratch);
                return p.mm.map(cpu, SCRATCH, 64, scratch.object(), 0, random.nextBoolean());
            }
            case 1 -> small.host().mappingChanges().protect(cpu, scratch, random.nextBoolean());
            case 2 -> {
                int pfn = PageIdle.frame(cpu, p.mm, vpn, walk[cpu.id]);
                if (pfn >= 0 && !small.host().pageIdle().isIdle(cpu, pfn)) {
                    small.host().pageIdle().mark(cpu, pfn);
                }
            }
            default -> {
                boolean write = random.nextBoolean();
                int result = p.task.access(cpu, vpn, write);
                if (write && !scratch.writable() && !p.mm.isKilled()) {
                    assertThat(result).isEqualTo(PageFaults.FAULT);
                } else {
                    expectDone(p, result);
                }
            }
        }
        return scratch;
    }

    private void pin(Cpu cpu, Process p, long vpn, Random random, Deque<Integer> pins) {
        long answer =
                small.host()
                        .pages()
                        .gup()
                        .get(
                                cpu,
                                p.mm,
                                vpn,
                                (random.nextBoolean() ? Lookup.WRITE : 0)
                                        | (random.nextBoolean() ? Lookup.WANT_WRITABLE : 0));
        if (answer < 0) {
            expectDone(p, (int) answer);
        } else {
            int pfn = (int) (answer & ~GetUserPages.WRITABLE);
            small.host().lru().markAccessed(cpu, pfn);
            pins.add(pfn);
        }
    }

    /// Memory may run out only where swap has, and then for who is killed or because nobody is left
    /// to be.
    private void expectDone(Process p, int result) {
        boolean swapUsedUp = small.host().swap().free() < 64 + PINS * processes.length;
        assertThat(result)
                .isIn(
                        PageFaults.DONE,
                        swapUsedUp || p.mm.isKilled() ? PageFaults.NOMEM : PageFaults.DONE);
    }

    /// A thread in some process's address space, which waits for it before it exits.
    private void visit(Cpu cpu, int index, long vpn, Random random) {
        cpu.fetchAdd(guests[index], 1);
        Process p = processes[index];
        if (p != null && !p.mm.isKilled()) {
            new UserTask(small.host().faults(), p.mm).access(cpu, vpn, random.nextBoolean());
        }
        cpu.fetchAdd(guests[index], -1);
    }
}
