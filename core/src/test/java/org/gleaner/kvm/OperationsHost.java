package org.gleaner.kvm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.machine.Word;
import org.gleaner.mm.Host;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.HostParts;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.audit.HostAudit;
import org.gleaner.mm.fault.Collapse.Outcome;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.DiskTiming;
import org.gleaner.mm.swap.SwapFile;
import org.gleaner.mm.version.KernelVersion;

/// A host with contents and less memory than its one VM has pages, on real threads or in virtual
/// time, for [Operator]s.
///
/// | host pages | guest pages | |
/// |---|---|---|
/// | [#MAIN] | [#GFN] | all operators', under slot 0 |
/// | [#MAIN] | [#ALIAS] and on | a window of the same, each operator's own slot that comes and goes |
/// | [#SCRATCH] and on | [#SCRATCH_GFN] and on | each operator's own mapping, which comes and goes |
final class OperationsHost {
    static final int OPERATORS = 8;
    static final int PAGES = 2048;
    static final int SCRATCH_PAGES = 512;
    static final long MAIN = 1024;
    static final long SCRATCH = 1 << 20;
    static final long GFN = 1 << 22;
    static final long ALIAS = 6 << 20;
    static final long SCRATCH_GFN = 1 << 23;

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int CPUS = 24;

    final Engine engine;
    final Host host;
    final long seed;
    final PageContents contents;

    /// Made by the boss, before any operator runs.
    volatile Vm vm;

    volatile AddressSpace mm;
    volatile Vma main;
    volatile UserPages pages;

    /// Odd while nobody may write to the main mapping.
    final Word readOnlyEpoch = new Word();

    /// Held by who changes the main mapping's protection.
    final Word protecting = new Word();

    final AtomicLongArray tally = new AtomicLongArray(Operator.Kind.values().length);

    /// Large folios that were split, and writes that were refused.
    final LongAdder splits = new LongAdder();

    final LongAdder refused = new LongAdder();

    /// By outcome.
    final AtomicLongArray collapses = new AtomicLongArray(Outcome.values().length);

    final LongAdder merges = new LongAdder();

    /// The swap device is one that is no memory: pages there need I/O.
    private final boolean asynchronous;

    private boolean pins;
    private final Rcu rcu;
    private final SwapFile swap;

    OperationsHost(
            boolean threads,
            long seed,
            HostPaging paging,
            int frames,
            AgingPlan plan,
            int lruGen,
            boolean thp,
            boolean asynchronous) {
        this.asynchronous = asynchronous;
        this.seed = seed;
        CostModel costs = CostModel.named("x86-server");
        engine =
                threads
                        ? new ThreadEngine(costs)
                        : new VirtualEngine(costs, VirtualOptions.seed(seed).withoutCallTrees());
        contents = new PageContents(paging.page(), frames);
        swap = new SwapFile(contents, CPUS);
        HostConfig config =
                new HostConfig(
                        KernelVersion.V6_12,
                        paging,
                        HostConfig.Memory.of(frames, new Watermarks(40, 80, 160), 8)
                                .withThp(thp ? HostConfig.Thp.ALWAYS : HostConfig.Thp.NEVER),
                        new HostConfig.Swap(DiskTiming.NVME, 1 << 16, 3),
                        HostConfig.Reclaimer.direct(LruGenCaps.of(lruGen), plan.secondary()),
                        new HostConfig.Room(512, 1, CPUS),
                        seed);
        host =
                new Host(
                        engine,
                        config,
                        new HostParts(
                                contents,
                                end -> asynchronous ? new PromptSwap(swap, end) : swap,
                                MemorySteps.LINUX));
        rcu = Rcu.start(engine);
    }

    /// Runs eight operators of so many operations each; then looks whether everything adds up.
    void run(VmConfig config, boolean manualLog, int operations) {
        pins = config.pfn() != PfnDesign.BEFORE;
        engine.spawn("boss", cpu -> boss(cpu, config, manualLog, operations));
        engine.run();
        swap.close();
    }

    private void boss(Cpu boss, VmConfig config, boolean manualLog, int operations) {
        boss.lockDep = new LockDep();
        mm = host.newAddressSpace(boss, host.memcgs().root());
        main = mm.map(boss, MAIN, PAGES, host.objects().newAnon(), 0, true);
        pages = host.pages().of(mm);
        vm = Vm.create(boss, config.withMemory(new Frames(contents)), pages, rcu);
        if (manualLog) {
            vm.dirtyLog().protectManually(seed % 2 == 0);
        }
        if (asynchronous) {
            engine.daemon("worker", vm.asyncWorker());
        }
        vm.createSlot(boss, 0, GFN, PAGES, MAIN, false);
        Word done = new Word();
        for (int i = 0; i < OPERATORS; i++) {
            Operator operator = new Operator(this, i, manualLog);
            engine.spawn(
                    "operator" + i,
                    cpu -> {
                        try {
                            cpu.lockDep = new LockDep();
                            operator.run(cpu, operations);
                            LockDep.checkIdle(cpu);
                        } finally {
                            cpu.fetchAdd(done, 1);
                        }
                    });
        }
        boss.block(done, -1, OPERATORS);
        check("with the guest's pages mapped");
        vm.ledger.checkEmpty();
        host.mappingChanges().exit(boss, mm);
        vm.destroy(boss);
        check("when all is over");
        LockDep.checkIdle(boss);
    }

    /// Every reference of every page is explained by what holds it now: nothing was lost or kept.
    private void check(String when) {
        List<String> findings = new HostAudit(host, engine.cpus().getFirst()).findings();
        if (!findings.isEmpty()) {
            throw new AssertionError("seed " + seed + ", " + when + ": " + findings);
        }
    }

    /// What the run met, for people.
    /// Whether what the kernel maps for itself is pinned.
    boolean pins() {
        return pins;
    }

    String summary() {
        long faults = 0;
        long huge = 0;
        long fast = 0;
        long retries = 0;
        for (Vcpu vcpu : vm.vcpus()) {
            faults += vcpu.stat().faults();
            huge += vcpu.stat().hugeFaults();
            fast += vcpu.stat().fastFaults();
            retries += vcpu.stat().retries();
        }
        return "faults %d (huge %d, fast %d, retries %d), swap-ins %d, splits %d, refused %d, collapses %s, merges %d, fetched %d"
                .formatted(
                        faults,
                        huge,
                        fast,
                        retries,
                        host.stat().get(VmEvent.PSWPIN),
                        splits.sum(),
                        refused.sum(),
                        collapses,
                        merges.sum(),
                        fetched());
    }

    /// Pages that a worker was asked for.
    long fetched() {
        return asynchronous
                ? vm.vcpus().stream().mapToLong(vcpu -> vcpu.asyncFaults().queued()).sum()
                : 0;
    }

    long read(int pfn, int word) {
        return (long) WORDS.getOpaque(contents.words(pfn), contents.base(pfn) + word);
    }

    void write(int pfn, int word, long value) {
        WORDS.setOpaque(contents.words(pfn), contents.base(pfn) + word, value);
    }

    private record Frames(PageContents contents) implements GuestMemory {
        @Override
        public long read(int pfn, int word) {
            return (long) WORDS.getOpaque(contents.words(pfn), contents.base(pfn) + word);
        }

        @Override
        public void write(int pfn, int word, long value) {
            WORDS.setOpaque(contents.words(pfn), contents.base(pfn) + word, value);
        }
    }
}
