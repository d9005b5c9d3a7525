package org.gleaner.lab.execute.replay;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.gleaner.kvm.NotifierCalls;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.mmu.Invalidations;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.execute.host.Accounting;
import org.gleaner.lab.execute.host.DeviceChoice;
import org.gleaner.lab.execute.host.HostSetup;
import org.gleaner.lab.execute.host.Preemptions;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.lab.observe.ObservedGuest;
import org.gleaner.lab.run.HeapNeed;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.SecondStage;
import org.gleaner.lab.run.Stage2;
import org.gleaner.lab.size.Heap;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.Host;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.reclaim.LruGenDebugfs;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// Replays a trace in a memory cgroup, as one task on one CPU: through the host's own page tables,
/// or as a guest whose accesses reach the host only through second-stage entries.
///
/// What a comparison with a real kernel has to share is here too: the first touch of a page is a
/// write, a few pages of the limit belong to the kernel, and `memory.stat` is read every 512
/// accesses, for the classic LRU goes by statistics that only a reader makes current.
public final class ReplayRun {
    /// Accesses between two reads of `memory.stat`.
    private static final int STAT_EVERY = 512;

    /// Memory besides what the trace may use, so that only the limit matters.
    private static final int SPARE_BYTES = 64 << 20;

    /// The same in huge pages, where there are any.
    private static final int SPARE_HUGE = 4;

    private static final long BASE_GFN = 1 << 20;

    /// Something that happens to the host once so many accesses are done.
    record Event(long after, BiConsumer<Cpu, Host> action) {}

    private final ReplayRequest request;
    private final Deque<Event> events;
    private final Progress progress;
    private final FirstTouches accesses;
    private final Engine engine;
    private final Host host;
    private final Accounting accounting;
    private final AgingPlan aging;
    private final PageSize page;

    /// Pages that a page table of the last level maps, and where the region begins.
    private final int table;

    private final EnteringProcess process;

    private ObservedGuest.@Nullable Memory memory;
    private @Nullable Vcpu guest;
    private @Nullable Vm machine;
    private @Nullable Arm64Guest arm64Guest;
    private @Nullable OwnBuffer buffer;

    /// When the accesses were done.
    private Map<VmEvent, Long> counted = Map.of();

    private @Nullable Long mappedAfterRelease;
    private long replayed;
    private @Nullable RuntimeException stopped;
    private double wallSeconds;
    private double machineSeconds;

    private ReplayRun(ReplayRequest request, Progress progress, List<Event> events) {
        this.request = request;
        this.events = new ArrayDeque<>(events);
        this.progress = progress;
        accesses = new FirstTouches(request.trace());
        page = Support.paging(request).page();
        table = page.hugePages();
        process = new EnteringProcess(request, table);
        aging = Support.plan(request.aging());
        engine =
                Support.engine(
                        request.engine(),
                        CostModelChoice.X86_SERVER,
                        VirtualOptions.seed(request.seed()).withoutCallTrees());
        host = new Host(engine, config());
        accounting = new Accounting(host);
    }

    /// Runs one replay.
    ///
    /// @throws BadInput if something that the request asks for is not supported, or the heap has no
    ///     room for it
    /// @throws Cancelled if the user asked to stop
    public static ReplayResult run(
            ReplayRequest request, Progress progress, @Nullable HostSeries series) {
        check(request);
        ReplayRun run = new ReplayRun(request, progress, List.of());
        run.accounting.observe(series);
        return run.run();
    }

    /// As above, with nobody looking.
    public static ReplayResult run(ReplayRequest request, Progress progress) {
        return run(request, progress, List.of());
    }

    /// As above, with events in the order of their accesses.
    static ReplayResult run(ReplayRequest request, Progress progress, List<Event> events) {
        check(request);
        return new ReplayRun(request, progress, events).run();
    }

    private static void check(ReplayRequest request) {
        if (request.ageEvery() > 0 && request.lru() != Lru.MGLRU) {
            throw new BadInput("--age-every", "needs generations", "use --lru mglru");
        }
        PinnedLimit.check(request);
        HeapNeed.check(request, frames(request), slots(request), Heap.ofProcess());
        DeviceChoice.check(request);
    }

    private HostConfig config() {
        return HostSetup.checked(
                request.trace().name(),
                () ->
                        HostSetup.underLimits(
                                request,
                                frames(request),
                                slots(request),
                                request.trace().regionPages(),
                                2,
                                Preemptions.of(request)));
    }

    private static long frames(ReplayRequest request) {
        long used = Math.min(request.trace().distinctPages(), request.memoryPages());
        PageSize page = Support.paging(request).page();
        int huge = request.thp() == Thp.ALWAYS ? SPARE_HUGE * page.hugePages() : 0;
        long trace = new EnteringProcess(request, page.hugePages()).traceFrames();
        return used + trace + Math.max(SPARE_BYTES / page.bytes(), huge);
    }

    /// Swap, but for what no trace can fill.
    private static long slots(ReplayRequest request) {
        return Math.min(
                request.swapPages(), ReplayRequest.ampleSwap(request.trace(), request.pageSize()));
    }

    private ReplayResult run() {
        Rcu rcu = Rcu.start(engine);
        try (host;
                accesses) {
            var task = accounting.guest(request.trace().name(), this::vcpus, () -> memory);
            engine.spawn("replay", accounting.watched(task, cpu -> replay(cpu, rcu)));
            progress.begin("replay " + request.trace().name(), request.trace().length());
            engine.run();
            accounting.close();
        } finally {
            progress.end();
        }
        RuntimeException failure = stopped;
        if (failure != null) {
            throw failure;
        }
        Map<String, Long> vmstat = vmstat();
        Double seconds =
                request.engine() == org.gleaner.lab.choice.EngineChoice.VIRTUAL
                        ? machineSeconds
                        : null;
        ReplayResult result =
                replayed == request.trace().length()
                        ? ReplayResult.of(
                                request, vmstat, secondStage(), stage2(), seconds, wallSeconds)
                        : ReplayResult.killed(
                                request,
                                vmstat,
                                secondStage(),
                                stage2(),
                                seconds,
                                wallSeconds,
                                replayed);
        return result.with(accounting.result());
    }

    private List<Vcpu> vcpus() {
        return guest == null ? List.of() : List.of(guest);
    }

    private Map<String, Long> vmstat() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counted.forEach((event, n) -> counters.put(event.statName(), n));
        counters.put(VmEvent.OOM_KILL.statName(), replayed == request.trace().length() ? 0L : 1L);
        return counters;
    }

    private @Nullable Stage2 stage2() {
        Vcpu vcpu = guest;
        Vm vm = machine;
        if (vcpu == null || vm == null) {
            return null;
        }
        NotifierCalls calls = vm.notifierCalls();
        Invalidations own = vm.invalidations();
        return new Stage2(
                vcpu.stat().translationFaults(),
                vcpu.stat().fastFaults(),
                vcpu.stat().permissionFaults(),
                calls.age(),
                calls.testAge(),
                calls.unmap(),
                calls.ageReadLocks(),
                calls.ageWriteLocks(),
                vm.remoteFlushes() - own.ranges() - own.entries(),
                own.ranges(),
                own.entries(),
                own.local(),
                vm.emptiedTables().count(),
                vm.emptiedTables().callbackEntries(),
                mappedAfterRelease);
    }

    private @Nullable SecondStage secondStage() {
        Vcpu vcpu = guest;
        return vcpu == null
                ? null
                : new SecondStage(
                        vcpu.stat().faults(),
                        vcpu.stat().hugeFaults(),
                        vcpu.stat().fastFaults(),
                        vcpu.stat().spurious(),
                        vcpu.stat().retries(),
                        vcpu.stat().flushes());
    }

    private void replay(Cpu cpu, Rcu rcu) {
        int pages = Math.ceilDiv(request.trace().regionPages(), table) * table;
        Memcg memcg = host.memcgs().add(request.memoryPages());
        AddressSpace mm = process.create(cpu, host, memcg);
        RmapObject object =
                request.backing() == Backing.MEMFD
                        ? host.objects().newMemfd(pages)
                        : host.objects().newAnon();
        Vma region = mm.map(cpu, table, pages, object, 0, true);
        memory = new ObservedGuest.Memory(mm, table, pages);
        Runner runner =
                request.through() == Through.KVM ? guest(cpu, mm, region, pages, rcu) : task(mm);
        buffer = process.enter(cpu, host, mm);
        Map<VmEvent, Long> before = host.stat().snapshot();
        long start = System.nanoTime();
        long machineStart = cpu.now();
        accounting.begin();
        loop(cpu, mm, runner);
        accounting.end();
        wallSeconds = (System.nanoTime() - start) / 1e9;
        machineSeconds = (cpu.now() - machineStart) / 1e9;
        counted = new EnumMap<>(host.stat().snapshot());
        before.forEach((event, n) -> counted.merge(event, -n, Long::sum));
        if (arm64Guest != null) {
            counted.merge(VmEvent.PGACTIVATE, -arm64Guest.activated(cpu), Long::sum);
        }
        end(cpu, mm, rcu);
    }

    /// The process ends, with its VM still open. On x86 no design leaves anything mapped then, and
    /// taking all out would only cost time.
    private void end(Cpu cpu, AddressSpace mm, Rcu rcu) {
        Vm vm = machine;
        boolean asks = request.arch() == ArchChoice.ARM64 && replayed == request.trace().length();
        if (vm != null && asks) {
            mm.notifiers().release(cpu);
            mappedAfterRelease = vm.countLeaves(cpu, false);
            rcu.barrier(cpu);
        }
    }

    /// Runs accesses `[from, to)` of `words`; returns where it stopped.
    private interface Runner {
        int run(Cpu cpu, int[] words, int from, int to);
    }

    private Runner task(AddressSpace mm) {
        UserTask task = new UserTask(host.faults(), mm);
        return (cpu, words, from, to) -> task.run(cpu, table, words, from, to);
    }

    private Runner guest(Cpu cpu, AddressSpace mm, Vma region, int pages, Rcu rcu) {
        VmConfig config =
                VmConfig.of(Support.architecture(request, aging), aging)
                        .withPageShift(request.pageSize().shift())
                        .withFaultTimes()
                        .withTables(Support.tables(pages));
        if (process.paysForTables()) {
            // one more, for the table that its root needs here and had there
            int laidBy = GuestTables.laidBy(request.trace().length(), page) + 1;
            config = config.withTablesLaidBy(laidBy);
        }
        Arm64Guest reader =
                process.secondStagePays() ? Arm64Guest.of(cpu, host, request, config) : null;
        boolean readsMemory = request.backing() == Backing.ANON;
        if (reader != null) {
            config = config.withTablesLaidBy(reader.laidBy(readsMemory));
        }
        Vm vm = Vm.create(cpu, config, host.pages().of(mm), rcu);
        vm.createSlot(cpu, 0, BASE_GFN, pages, table, false);
        Vcpu vcpu = vm.newVcpu(cpu);
        guest = vcpu;
        machine = vm;
        arm64Guest = reader;
        if (reader != null && readsMemory) {
            region.mapZeroPages();
            reader.readMemory(cpu, vcpu, BASE_GFN);
        }
        return (c, words, from, to) -> vcpu.run(c, words, from, to, BASE_GFN);
    }

    private void loop(Cpu cpu, AddressSpace mm, Runner runner) {
        Memcg memcg = mm.memcg();
        GuestTables tables = new GuestTables(process.memoryTables(), page);
        long age = request.ageEvery();
        long at = 0;
        for (long chunk = 0; accesses.next(); chunk = at) {
            long chunkEnd = chunk + accesses.count();
            while (at < chunkEnd) {
                long end = Math.min(chunkEnd, at / STAT_EVERY * STAT_EVERY + STAT_EVERY);
                if (age > 0) {
                    end = Math.min(end, at / age * age + age);
                }
                Event event = events.peek();
                if (event != null) {
                    end = Math.min(end, event.after);
                }
                int from = accesses.from() + (int) (at - chunk);
                int reached = runner.run(cpu, accesses.words(), from, from + (int) (end - at));
                at += reached - from;
                replayed = at;
                if (at < end) {
                    return;
                }
                if (arm64Guest == null
                        && request.through() == Through.KVM
                        && !process.paysForTables()) {
                    host.kernelMemory().chargePages(cpu, memcg, tables.topUp(at));
                }
                if (at % STAT_EVERY == 0) {
                    readStatistics(cpu, memcg);
                    accounting.look(cpu);
                    if (buffer != null) {
                        buffer.fill(cpu);
                    }
                    if (at % (STAT_EVERY * 64) == 0 && interrupted(at)) {
                        return;
                    }
                }
                if (arm64Guest != null) {
                    arm64Guest.readTrace(cpu, Objects.requireNonNull(guest), at);
                }
                if (age > 0 && at % age == 0) {
                    forceAging(cpu, memcg);
                }
                if (event != null && at == event.after) {
                    events.remove().action.accept(cpu, host);
                }
            }
        }
    }

    /// Writes what a user would write to `/sys/kernel/debug/lru_gen`, after a look at the youngest
    /// generation.
    private void forceAging(Cpu cpu, Memcg memcg) {
        long youngest = memcg.lruvec().gen().peekMaxSeq(cpu);
        String command = "+ " + LruGenDebugfs.id(memcg) + " 0 " + youngest + " 1 1";
        LruGenDebugfs.Errno errno = host.reclaim().lruGenDebugfs().write(cpu, command);
        if (errno != null) {
            throw new IllegalStateException(command + ": " + errno);
        }
    }

    private static void readStatistics(Cpu cpu, Memcg memcg) {
        if (memcg.lruvec().stats().flushIsDue(cpu, 1)) {
            memcg.lruvec().flushStats(cpu);
        }
    }

    private boolean interrupted(long at) {
        progress.at(at);
        if (progress.cancelled()) {
            stopped = new Cancelled();
            return true;
        }
        return false;
    }
}
