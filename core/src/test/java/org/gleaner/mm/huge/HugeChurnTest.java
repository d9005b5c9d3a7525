package org.gleaner.mm.huge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.SmallHost.HUGE_PAGES;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.reclaim.PageIdle;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.pagetable.Walk;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Two threads in each of two processes use huge and small memory at random, under limits that
/// move: it is touched, pinned, protected, taken away, aged and watched for idleness. Then all
/// books must add up.
final class HugeChurnTest {
    private static final int THREADS = 4;
    private static final int PAGES = 4 * HUGE_PAGES + 100;
    private static final long SCRATCH = 1_000L * HUGE_PAGES;

    /// A page pinned by each of two tasks keeps 1,024 pages in memory; there must be others to
    /// reclaim.
    private static final int LEAST_LIMIT = 1_700;

    @ParameterizedTest
    @CsvSource({
        // seed, MGLRU, disk, kswapd, slots
        "1, 7, false, false, 20000",
        "2, 7, true, false, 20000",
        "3, 7, false, true, 6000",
        "4, 7, true, true, 20000",
        "5, 1, false, true, 20000",
        "6, 0, false, false, 6000",
        "7, 0, true, false, 20000",
        "8, 0, true, true, 20000",
    })
    void theBooksAddUp(long seed, int lruGen, boolean disk, boolean kswapd, int slots) {
        System.out.println("seed " + seed);
        Map<VmEvent, Long> first = run(seed, lruGen, disk, kswapd, slots);
        assertThat(first.get(VmEvent.THP_FAULT_ALLOC)).isPositive();
        assertThat(first.get(VmEvent.THP_SWPOUT)).isPositive();
        assertThat(first.get(VmEvent.PSWPIN)).isPositive();
        assertThat(run(seed, lruGen, disk, kswapd, slots)).as("the same again").isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({"11, 7, 20000", "12, 0, 20000", "13, 7, 6000"})
    @Timeout(300)
    void onRealThreadsTheyDoToo(long seed, int lruGen, int slots) {
        SmallHost small = SmallHost.threads().thp().lruGen(lruGen).slots(slots).frames(9_000);
        // a thread that is put aside in the middle of a forced aging stops all others', and so
        // kills
        small.run(actors(small, seed, 4_000, false));
        assertThat(small.stat(VmEvent.THP_FAULT_ALLOC)).isPositive();
        // threads may come one after the other, and then need nothing back
        assertThat(small.stat(VmEvent.PSWPOUT)).isPositive();
    }

    private static Map<VmEvent, Long> run(
            long seed, int lruGen, boolean disk, boolean kswapd, int slots) {
        SmallHost small = SmallHost.virtual(seed).thp().lruGen(lruGen).switchChance(0.3);
        small.slots(slots);
        if (disk) {
            small.disk();
        }
        if (kswapd) {
            small.kswapd().frames(4_000).watermarks(60, 200, 300);
        }
        small.run(actors(small, seed, 5_000, true));
        return new EnumMap<>(small.host().stat().snapshot());
    }

    private static Actor[] actors(SmallHost small, long seed, int turns, boolean ages) {
        Host host = small.host();
        Memcg[] memcgs = {host.memcgs().add(LEAST_LIMIT), host.memcgs().add(LEAST_LIMIT)};
        Actor[] actors = new Actor[THREADS];
        for (int i = 0; i < THREADS; i++) {
            int me = i;
            AnonVma anon = host.objects().newAnon();
            AnonVma scratch = host.objects().newAnon();
            actors[i] =
                    cpu -> {
                        Process p = Process.mapping(host, cpu, memcgs[me % 2], anon, PAGES);
                        Vma vma = p.mm.map(cpu, SCRATCH, HUGE_PAGES, scratch, 0, true);
                        new Task(p, new Random(seed * 1_000 + me), ages).run(cpu, vma, turns);
                    };
        }
        return actors;
    }

    private record Task(Process p, Random random, boolean ages) {
        void run(Cpu cpu, Vma first, int turns) {
            Vma scratch = first;
            UserPages pages = p.host.pages().of(p.mm);
            Deque<PageClaim> pins = new ArrayDeque<>(1);
            Walk walk = new Walk();
            for (int turn = 0; turn < turns; turn++) {
                cpu.chargeNanos(random.nextInt(400));
                long vpn = Process.BASE + page();
                int what = random.nextInt(1_000);
                if (what < 20 && pins.isEmpty()) {
                    pin(cpu, pages, vpn, pins);
                } else if (what < 23 && ages) {
                    p.host.reclaim().age(cpu, p.memcg, random.nextBoolean());
                } else if (what < 25) {
                    p.memcg.setMax(LEAST_LIMIT + random.nextInt(1_500));
                } else if (what < 28) {
                    int pfn = PageIdle.frame(cpu, p.mm, vpn, walk);
                    if (pfn >= 0 && !p.host.pageIdle().isIdle(cpu, pfn)) {
                        p.host.pageIdle().mark(cpu, pfn);
                    }
                } else if (what < 60) {
                    scratch = use(cpu, scratch);
                } else {
                    expectDone(p.task.access(cpu, vpn, random.nextInt(3) == 0));
                }
                if (!pins.isEmpty() && random.nextInt(30) == 0) {
                    pages.put(cpu, pins.remove());
                }
            }
            for (PageClaim pin : pins) {
                pages.put(cpu, pin);
            }
        }

        private long page() {
            return random.nextInt(100) < 70
                    ? random.nextInt(4) * HUGE_PAGES + random.nextInt(60)
                    : random.nextInt(PAGES);
        }

        private Vma use(Cpu cpu, Vma scratch) {
            long vpn = SCRATCH + random.nextInt(HUGE_PAGES);
            switch (random.nextInt(12)) {
                case 0 -> {
                    p.host.mappingChanges().unmap(cpu, scratch);
                    boolean writable = random.nextInt(3) > 0;
                    return p.mm.map(cpu, SCRATCH, HUGE_PAGES, scratch.object(), 0, writable);
                }
                case 1 -> p.host.mappingChanges().protect(cpu, scratch, random.nextBoolean());
                default -> {
                    boolean write = random.nextBoolean();
                    int result = p.task.access(cpu, vpn, write);
                    if (write && !scratch.writable()) {
                        assertThat(result).isEqualTo(PageFaults.FAULT);
                    } else {
                        expectDone(result);
                    }
                }
            }
            return scratch;
        }

        private void pin(Cpu cpu, UserPages pages, long vpn, Deque<PageClaim> pins) {
            PageClaim claim = new PageClaim();
            int how = random.nextBoolean() ? Lookup.WRITE : 0;
            pages.lookUp(cpu, vpn, random.nextBoolean() ? how | Lookup.WANT_WRITABLE : how, claim);
            expectDone(claim.error());
            pages.markAccessed(cpu, claim);
            pins.add(claim);
        }

        private static void expectDone(int result) {
            assertThat(result).isEqualTo(PageFaults.DONE);
        }
    }
}
