package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageActors;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Guests on real threads whose pages are shared by forks, merged, hidden and swapped all the
/// while. No guest loses a write, and no child sees one that came after its fork; at the end the
/// host adds up.
///
/// `-Dgleaner.torture.seconds=60` for longer, `-Dgleaner.torture.seed=N` for other accesses.
@Tag("long")
final class KindsTortureTest {
    private static final double SECONDS =
            Double.parseDouble(System.getProperty("gleaner.torture.seconds", "1.5"));
    private static final long SEED = Long.getLong("gleaner.torture.seed", 1);
    private static final int VCPUS = 4;
    private static final int PAGES_EACH = 128;
    private static final int PAGES = VCPUS * PAGES_EACH;

    /// So few that pages of equal contents are frequent.
    private static final int VALUES = 8;

    private final LongAdder forks = new LongAdder();
    private final LongAdder merges = new LongAdder();
    private final LongAdder hidden = new LongAdder();
    private final AtomicInteger running = new AtomicInteger(VCPUS);
    private final Word ready = new Word();
    private final Word done = new Word();
    private volatile Process process;
    private volatile Vm vm;

    @ParameterizedTest
    @CsvSource({"true, false, STRICT", "false, false, OFF", "true, true, PROPOSED"})
    @Timeout(900)
    void nothingIsLostAndNothingLeaksIntoAChild(
            boolean zeroes, boolean classic, PreservedAccessed preserved) {
        SmallHost small = SmallHost.threads().frames(700).watermarks(40, 80, 160).kswapd().cpus(20);
        if (classic) {
            small.classic();
        }
        Rcu rcu = Rcu.start(small.engine());
        Actor[] actors = new Actor[VCPUS + 4];
        actors[0] = cpu -> boss(cpu, small, rcu, zeroes, preserved);
        actors[1] = waiting(cpu -> fork(cpu, small));
        actors[2] = waiting(cpu -> merge(cpu, small));
        actors[3] = waiting(cpu -> hide(cpu, small));
        for (int i = 0; i < VCPUS; i++) {
            int id = i;
            actors[4 + i] = waiting(cpu -> guest(cpu, id));
        }
        small.run(actors);
        assertThat(forks.sum()).isPositive();
        assertThat(merges.sum()).isPositive();
        assertThat(hidden.sum()).isPositive();
        System.out.printf(
                "seed %d: %d forks, %d merges, %d hidden, %d swap-ins%n",
                SEED, forks.sum(), merges.sum(), hidden.sum(), small.stat(VmEvent.PSWPIN));
    }

    private Actor waiting(Actor body) {
        return cpu -> {
            cpu.block(ready, -1, 1);
            try {
                body.run(cpu);
            } finally {
                cpu.fetchAdd(done, 1);
            }
        };
    }

    private void boss(
            Cpu cpu, SmallHost small, Rcu rcu, boolean zeroes, PreservedAccessed preserved) {
        Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
        if (zeroes) {
            p.vma.mapZeroPages();
        }
        PageContents contents = Objects.requireNonNull(small.host().contents());
        VmConfig config =
                VmConfig.of(X86.EPT, World.merged())
                        .withTlb(64)
                        .withPreservedAccessed(preserved)
                        .withMemory(new Frames(contents));
        Vm made = Vm.create(cpu, config, small.host().pages().of(p.mm), rcu);
        made.createSlot(cpu, 0, 0, PAGES, Process.BASE, false);
        process = p;
        vm = made;
        cpu.store(ready, 1);
        cpu.block(done, -1, VCPUS + 3);
        small.host().mappingChanges().exit(cpu, p.mm);
        made.destroy(cpu);
    }

    private void guest(Cpu cpu, int id) {
        try {
            Vcpu vcpu = vm.newVcpu(cpu);
            SplittableRandom random = new SplittableRandom(SEED * 31 + id);
            long[] last = new long[PAGES_EACH];
            long end = System.nanoTime() + (long) (SECONDS * 1e9);
            while (System.nanoTime() < end) {
                int page = random.nextInt(PAGES_EACH);
                long gfn = (long) id * PAGES_EACH + page;
                boolean write = random.nextInt(3) == 0;
                long value = random.nextInt(VALUES);
                long result = vcpu.accessData(cpu, gfn, 0, write, value);
                assertThat(result).isZero();
                if (write) {
                    last[page] = value;
                } else if (vcpu.data() != last[page]) {
                    throw new AssertionError("page " + page + " of guest " + id + " lost a write");
                }
            }
        } finally {
            running.decrementAndGet();
        }
    }

    /// Children see what was there when they were made, for as long as they live.
    private void fork(Cpu cpu, SmallHost small) {
        SplittableRandom random = new SplittableRandom(SEED);
        PageClaim claim = new PageClaim();
        long[] seen = new long[32];
        while (running.get() > 0) {
            AddressSpace child = small.host().newAddressSpace(cpu, process.memcg);
            small.host().userMemory().actors().fork().share(cpu, process.vma, child, Process.BASE);
            UserPages pages = small.host().pages().of(child);
            long first = Process.BASE + random.nextInt(PAGES - seen.length);
            for (int turn = 0; turn < 3; turn++) {
                for (int i = 0; i < seen.length; i++) {
                    long value = read(cpu, small, pages, first + i, claim);
                    if (turn > 0 && value != seen[i]) {
                        throw new AssertionError("a child sees a write that came after the fork");
                    }
                    seen[i] = value;
                }
                cpu.sleep(300_000);
            }
            small.host().mappingChanges().exit(cpu, child);
            forks.increment();
        }
    }

    private static long read(Cpu cpu, SmallHost small, UserPages pages, long vpn, PageClaim claim) {
        pages.lookUp(cpu, vpn, 0, claim);
        assertThat(claim.isOwned()).as("error %d", claim.error()).isTrue();
        PageContents contents = Objects.requireNonNull(small.host().contents());
        long value = contents.words(claim.pfn())[contents.base(claim.pfn())];
        pages.put(cpu, claim);
        return value;
    }

    private void merge(Cpu cpu, SmallHost small) {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        PageActors actors = small.host().userMemory().actors();
        while (running.get() > 0) {
            long kept = Process.BASE + random.nextInt(PAGES);
            long other = Process.BASE + random.nextInt(PAGES);
            if (kept != other && actors.merge().merge(cpu, process.vma, kept, process.vma, other)) {
                merges.increment();
            }
            cpu.sleep(20_000);
        }
    }

    private void hide(Cpu cpu, SmallHost small) {
        SplittableRandom random = new SplittableRandom(SEED + 2);
        while (running.get() > 0) {
            long from = Process.BASE + random.nextInt(PAGES - 64);
            hidden.add(
                    small.host()
                            .userMemory()
                            .actors()
                            .numaScan()
                            .scan(cpu, process.vma, from, from + 64));
            cpu.sleep(500_000);
        }
    }

    private record Frames(PageContents contents) implements GuestMemory {
        @Override
        public long read(int pfn, int word) {
            return contents.words(pfn)[contents.base(pfn) + word];
        }

        @Override
        public void write(int pfn, int word, long value) {
            contents.words(pfn)[contents.base(pfn) + word] = value;
        }
    }
}
