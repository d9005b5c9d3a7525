package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.Word;
import org.gleaner.mm.Host;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.DiskTiming;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The whole machine on real threads: eight vCPUs that write and check page contents, two agers,
/// kswapd, and a zapper, on a host with two thirds of the memory and a swap file for the rest.
/// Every invariant and the lock order are armed; a page that lost a write fails its checksum.
///
/// `-Dgleaner.torture.seconds=60` for longer, `-Dgleaner.torture.seed=N` for other accesses.
@Tag("long")
final class HostTortureTest {
    private static final double SECONDS =
            Double.parseDouble(System.getProperty("gleaner.torture.seconds", "1.5"));
    private static final long SEED = Long.getLong("gleaner.torture.seed", 1);

    /// How much longer a round goes on if somebody has not had a turn yet.
    private static final long PATIENCE_NANOS = 120_000_000_000L;

    private static final int VCPUS = 8;
    private static final int PAGES_EACH = 256;
    private static final int PAGES = VCPUS * PAGES_EACH;
    private static final int FRAMES = PAGES * 2 / 3;
    private static final long VPN = 512;
    private static final long GFN = 1 << 20;

    private final LongAdder accesses = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder agings = new LongAdder();
    private final LongAdder zaps = new LongAdder();
    private final AtomicInteger running = new AtomicInteger(VCPUS);

    @ParameterizedTest
    @CsvSource({
        "merged, ept, 7, true, NEVER",
        "locked-flush, ept, 7, false, NEVER",
        "v1, npt, 7, true, NEVER",
        "merged, ept-noad, 0, false, NEVER",
        "merged, ept, 7, false, ALWAYS",
        "locked, npt, 0, false, ALWAYS",
    })
    @Timeout(900)
    void nothingIsLost(
            String design, String format, int lruGen, boolean memfd, HostConfig.Thp thp) {
        AgingPlan plan = AgingDesign.forName(design).plan();
        Engine engine = new ThreadEngine(org.gleaner.machine.CostModel.named("x86-server"));
        try (Host host = new Host(engine, config(plan, lruGen, thp))) {
            Rcu rcu = Rcu.start(engine);
            engine.spawn("boss", cpu -> boss(cpu, host, rcu, plan, formatOf(format), memfd));
            engine.run();
            System.out.printf(
                    "%s %s seed %d: %d accesses, %d refused, %d agings, %d zaps, %d swap-ins%n",
                    design,
                    format,
                    SEED,
                    accesses.sum(),
                    refused.sum(),
                    agings.sum(),
                    zaps.sum(),
                    host.stat().get(VmEvent.PSWPIN));
            assertThat(host.stat().get(VmEvent.PSWPIN)).isPositive();
            assertThat(agings.sum()).isPositive();
            assertThat(zaps.sum()).isPositive();
        }
    }

    private static SpteFormat formatOf(String name) {
        return switch (name) {
            case "ept" -> SpteFormat.EPT;
            case "npt" -> SpteFormat.NPT;
            default -> SpteFormat.EPT_NO_AD;
        };
    }

    private static HostConfig config(AgingPlan plan, int lruGen, HostConfig.Thp thp) {
        return new HostConfig(
                KernelVersion.V6_12,
                HostPaging.X86_64,
                HostConfig.Memory.of(FRAMES, new Watermarks(40, 80, 160), 8).withThp(thp),
                new HostConfig.Swap(DiskTiming.NVME, 4 * PAGES, 3),
                HostConfig.Reclaimer.direct(LruGenCaps.of(lruGen), plan.secondary()).withKswapd(),
                new HostConfig.Room(256, 1, VCPUS + 12),
                SEED);
    }

    private void boss(
            Cpu boss, Host host, Rcu rcu, AgingPlan plan, SpteFormat format, boolean memfd) {
        AddressSpace mm = host.newAddressSpace(boss, host.memcgs().root());
        Vma vma =
                mm.map(
                        boss,
                        VPN,
                        PAGES,
                        memfd ? host.objects().newMemfd(PAGES) : host.objects().newAnon(),
                        0,
                        true);
        PageContents contents = host.contents();
        VmConfig config =
                VmConfig.of(X86.of(format), plan).withTlb(64).withMemory(new Frames(contents));
        Vm vm = Vm.create(boss, config, host.pages().of(mm), rcu);
        vm.createSlot(boss, 0, GFN, PAGES, VPN, false);
        Word done = new Word();
        for (int i = 0; i < VCPUS; i++) {
            int id = i;
            host.engine().spawn("vcpu" + i, cpu -> guest(cpu, host, vm, id, done));
        }
        host.engine().spawn("ager0", cpu -> age(cpu, host, done));
        host.engine().spawn("ager1", cpu -> harvest(cpu, mm, done));
        host.engine().spawn("zapper", cpu -> zap(cpu, host, vma, done));
        boss.block(done, -1, VCPUS + 3);
        host.mappingChanges().exit(boss, mm);
        vm.destroy(boss);
        LockDep.checkIdle(boss);
    }

    /// Writes pages of its own and reads back what it wrote last, over and over.
    private void guest(Cpu cpu, Host host, Vm vm, int id, Word done) {
        try {
            Vcpu vcpu = vm.newVcpu(cpu);
            SplittableRandom random = new SplittableRandom(SEED * 31 + id);
            long[] last = new long[PAGES_EACH];
            long end = System.nanoTime() + (long) (SECONDS * 1e9);
            long patience = end + PATIENCE_NANOS;
            while (System.nanoTime() < end
                    || (!allHaveActed(host) && System.nanoTime() < patience)) {
                int page = (int) (PAGES_EACH * Math.pow(random.nextDouble(), 2));
                long gfn = GFN + (long) id * PAGES_EACH + page;
                int word = page % PageSize.KIB_4.words();
                boolean write = random.nextInt(3) == 0;
                long value = random.nextLong();
                long result = vcpu.accessData(cpu, gfn, word, write, value);
                accesses.increment();
                if (result == PageFaults.FAULT && write) {
                    refused.increment();
                } else if (result != 0) {
                    throw new AssertionError("access fails with " + result);
                } else if (write) {
                    last[page] = value;
                } else if (vcpu.data() != last[page]) {
                    throw new AssertionError(
                            "page " + page + " of vcpu" + id + " lost its last write");
                }
            }
        } finally {
            running.decrementAndGet();
            cpu.fetchAdd(done, 1);
        }
    }

    /// Whether each actor got to do something, which takes a while where cores are few and busy.
    private boolean allHaveActed(Host host) {
        return agings.sum() > 0 && zaps.sum() > 0 && host.stat().get(VmEvent.PSWPIN) > 0;
    }

    /// Forced aging, as through debugfs.
    private void age(Cpu cpu, Host host, Word done) {
        while (running.get() > 0) {
            host.reclaim().age(cpu, host.memcgs().root());
            agings.increment();
            cpu.sleep(100_000);
        }
        cpu.fetchAdd(done, 1);
    }

    /// The baseline queries, over ranges.
    private void harvest(Cpu cpu, AddressSpace mm, Word done) {
        SplittableRandom random = new SplittableRandom(SEED);
        while (running.get() > 0) {
            long start = VPN + random.nextInt(PAGES - 64);
            switch (random.nextInt(3)) {
                case 0 -> mm.notifiers().clearYoung(cpu, start, start + 64);
                case 1 -> mm.notifiers().clearFlushYoung(cpu, start, start + 1);
                default -> mm.notifiers().testYoung(cpu, start);
            }
            agings.increment();
            cpu.sleep(20_000);
        }
        cpu.fetchAdd(done, 1);
    }

    /// Takes the right to write away, and gives it back.
    private void zap(Cpu cpu, Host host, Vma vma, Word done) {
        while (running.get() > 0) {
            host.mappingChanges().protect(cpu, vma, false);
            cpu.sleep(200_000);
            host.mappingChanges().protect(cpu, vma, true);
            zaps.increment();
            cpu.sleep(2_000_000);
        }
        cpu.fetchAdd(done, 1);
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
