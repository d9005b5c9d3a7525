package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Workload;
import org.gleaner.lab.execute.guest.Rendezvous;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.observe.ObservedGuest;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.scenario.Neighbour;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Host;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// One of several guests: its cgroup, process and VM, what its vCPUs do, and what became of it.
///
/// A guest that is killed, or gets no memory, ends: the main thread of its VMM wakes, its vCPUs
/// stop where they are, asleep or at work, and once the last of them has, its process exits, which
/// gives the others what it had.
final class NeighbourGuest {
    private static final long BASE_GFN = 1 << 20;
    private static final long BASE_VPN = 1 << 20;

    /// Pages between two looks at the clock.
    private static final int CHUNK = 128;

    private static final double NANOS = 1e9;

    /// What is told of a cgroup's `memory.stat`.
    private static final List<VmEvent> TOLD =
            List.of(
                    VmEvent.PGFAULT,
                    VmEvent.PGMAJFAULT,
                    VmEvent.PSWPIN,
                    VmEvent.PSWPOUT,
                    VmEvent.PGSCAN,
                    VmEvent.PGSTEAL,
                    VmEvent.PGREFILL);

    private final Neighbours scenario;
    private final Neighbour neighbour;
    private final Host host;
    private final ParallelRuns.Meter meter;
    private final Memcg memcg;
    private final AddressSpace mm;
    private final Vm vm;
    private final long pages;
    private final long[] accesses;
    private final Word running;
    private final Rendezvous rendezvous;
    private final Consumer<Cpu> ending;
    private final long bornAtNanos;

    /// By vCPU: when it had populated its share.
    private final long[] populatedAtNanos;

    private final PhasedWork phases;
    private final List<Long> residentPages = new ArrayList<>();
    private Map<VmEvent, Long> statBefore;
    private Map<MemcgEvent, Long> eventsBefore;
    private long throttledBefore;
    private Map<VmEvent, Long> statAtEnd = Map.of();
    private Map<MemcgEvent, Long> eventsAtEnd = Map.of();
    private long throttledAtEnd;
    private long releasedAtNanos = Long.MAX_VALUE;

    /// @param kind of VM
    /// @param ending what is to be done before its process gives back what it has
    NeighbourGuest(
            Cpu cpu,
            Neighbours scenario,
            Neighbour neighbour,
            Host host,
            Rcu rcu,
            VmConfig kind,
            Rendezvous rendezvous,
            Consumer<Cpu> ending,
            ParallelRuns.Meter meter) {
        this.scenario = scenario;
        this.neighbour = neighbour;
        this.host = host;
        this.rendezvous = rendezvous;
        this.ending = ending;
        this.meter = meter;
        bornAtNanos = cpu.now();
        pages = scenario.pages(neighbour);
        int pageBytes = scenario.pageBytes();
        memcg = host.memcgs().add(neighbour.max().pages(pages, pageBytes));
        memcg.setHigh(neighbour.high().pages(pages, pageBytes));
        memcg.setLow(neighbour.low().pages(pages, pageBytes));
        memcg.setMin(neighbour.min().pages(pages, pageBytes));
        statBefore = memcg.stat().snapshot();
        eventsBefore = memcg.events();
        memcg.swap().setMax(neighbour.swapMax().pages(pages, pageBytes));
        mm =
                host.newAddressSpace(
                        cpu, memcg, Support.tablePayer(host, memcg, scenario.guest().backing()));
        mm.onKill(_ -> host.engine().spawn("exit-" + neighbour.name(), this::exit));
        RmapObject object =
                scenario.guest().backing() == Backing.MEMFD
                        ? host.objects().newMemfd(Math.toIntExact(pages))
                        : host.objects().newAnon();
        mm.map(cpu, BASE_VPN, pages, object, 0, true);
        int tlb = Integer.highestOneBit(scenario.guest().tlbEntries());
        VmConfig config = kind.withTables(Support.tables(pages)).withTlb(tlb).withFaultTimes();
        vm = Vm.create(cpu, config, host.pages().of(mm), rcu);
        long slot = scenario.slotPages(neighbour);
        for (long at = 0; at < pages; at += slot) {
            vm.createSlot(cpu, (int) (at / slot), BASE_GFN + at, slot, BASE_VPN + at, false);
        }
        accesses = new long[neighbour.vcpus()];
        running = new Word(accesses.length);
        phases =
                new PhasedWork(neighbour, pages, pageBytes, BASE_GFN, scenario.seed() + memcg.id());
        populatedAtNanos = new long[accesses.length];
    }

    /// Pages that it comes to have.
    long populatedPages() {
        return scenario.populatedPages(neighbour);
    }

    Memcg memcg() {
        return memcg;
    }

    Neighbour neighbour() {
        return neighbour;
    }

    ObservedGuest.Memory memory() {
        return new ObservedGuest.Memory(mm, BASE_VPN, pages);
    }

    List<Vcpu> vcpus() {
        return vm.vcpus();
    }

    Vcpu newVcpu(Cpu cpu) {
        return vm.newVcpu(cpu);
    }

    // --- what its vCPUs do -------------------------------------------------------------------

    /// A vCPU writes its share of what is to be populated once.
    void populate(Cpu cpu, Vcpu vcpu, int index) {
        long all = scenario.populatedPages(neighbour);
        long end = shareOf(all, index + 1);
        for (long at = shareOf(all, index); at < end && !ended(); ) {
            long stop = Math.min(at + CHUNK, end);
            long reached = vcpu.runSequential(cpu, BASE_GFN + at, BASE_GFN + stop, true) - BASE_GFN;
            meter.advance(reached - at);
            at = reached;
            note(cpu, vcpu);
        }
        populatedAtNanos[index] = cpu.now();
    }

    /// A vCPU does what the workload says, on its share of the working set, until a time.
    void work(Cpu cpu, Vcpu vcpu, int index, long until) {
        if (neighbour.workload() == Workload.PHASES) {
            accesses[index] +=
                    phases.run(
                            cpu,
                            vcpu,
                            index,
                            until,
                            () -> {
                                note(cpu, vcpu);
                                return ended();
                            });
            return;
        }
        long set = neighbour.workingSet().pages(pages, scenario.pageBytes());
        long first = shareOf(set, index);
        long pages = shareOf(set, index + 1) - first;
        int chunk = neighbour.pauseNanos() > 0 ? 1 : CHUNK;
        boolean random = neighbour.workload() == Workload.RANDOM;
        if (random) {
            chunk = 1;
        }
        SplittableRandom chance = new SplittableRandom(scenario.seed() + cpu.id);
        long at = 0;
        while (neighbour.workload() != Workload.IDLE && !ended() && cpu.now() < until) {
            long from = random ? chance.nextLong(pages) : at;
            long to = Math.min(from + chunk, pages);
            long start = BASE_GFN + first;
            long reached = vcpu.runSequential(cpu, start + from, start + to, neighbour.writes());
            accesses[index] += reached - start - from;
            at = to == pages ? 0 : to;
            note(cpu, vcpu);
            if (neighbour.pauseNanos() > 0) {
                mm.sleepKillable(cpu, neighbour.pauseNanos());
            }
        }
    }

    private long shareOf(long pages, int index) {
        return pages * index / accesses.length;
    }

    /// An access that finds no memory though nobody killed the guest ends it all the same: its VMM
    /// gives up.
    private void note(Cpu cpu, Vcpu vcpu) {
        if (vcpu.error() == PageFaults.NOMEM) {
            if (!mm.isKilled()) {
                mm.terminate(cpu);
            }
        } else if (vcpu.error() != 0) {
            throw new IllegalStateException("guest access failed: " + vcpu.error());
        }
    }

    /// A vCPU will not run again.
    void leave(Cpu cpu) {
        if (ended()) {
            host.drain(cpu);
        }
        cpu.fetchAdd(running, -1);
    }

    /// The main thread of the VMM, which SIGKILL has woken: the process exits with the last of its
    /// threads.
    private void exit(Cpu cpu) {
        rendezvous.nudge(cpu);
        cpu.block(running, -1, 0);
        ending.accept(cpu);
        host.mappingChanges().exitWithFiles(cpu, mm);
        host.drain(cpu);
    }

    // --- what became of it -------------------------------------------------------------------

    /// All guests are populated: counts from now on.
    void begin(Cpu boss) {
        releasedAtNanos = boss.now();
        throttledBefore = memcg.throttledNanos();
        statBefore = memcg.stat().snapshot();
        eventsBefore = memcg.events();
    }

    /// All are through: what kswapd still does to it is not counted.
    void close() {
        statAtEnd = memcg.stat().snapshot();
        eventsAtEnd = memcg.events();
        throttledAtEnd = memcg.throttledNanos();
    }

    /// Looks what is resident: what is charged, but for what CPUs have charged ahead.
    void sample() {
        residentPages.add(memcg.current() - host.allocator().stocked(memcg));
    }

    /// Whether it was killed or gave up.
    boolean ended() {
        return mm.isKilled();
    }

    /// Whether time was up before it was through its phases.
    boolean isUnfinished() {
        return !phases.isComplete();
    }

    /// How it ended, if that was before its time.
    NeighboursResult.@Nullable End end() {
        if (!mm.isKilled()) {
            return null;
        }
        NeighboursResult.Why why =
                switch (mm.killedFor()) {
                    case HOST -> NeighboursResult.Why.HOST_OOM;
                    case LIMIT -> NeighboursResult.Why.MEMCG_OOM;
                    case MIN_TTL -> NeighboursResult.Why.MIN_TTL;
                    case null -> NeighboursResult.Why.NO_MEMORY;
                };
        long at = mm.killedAtNanos();
        return new NeighboursResult.End(why, at / NANOS, at < releasedAtNanos);
    }

    NeighboursResult.Guest result() {
        Map<VmEvent, Long> stat = new EnumMap<>(VmEvent.class);
        statAtEnd.forEach((event, n) -> stat.put(event, n - statBefore.getOrDefault(event, 0L)));
        Map<MemcgEvent, Long> events = new EnumMap<>(MemcgEvent.class);
        eventsAtEnd.forEach(
                (event, n) -> events.put(event, n - eventsBefore.getOrDefault(event, 0L)));
        return new NeighboursResult.Guest(
                neighbour.name(),
                mm.killedFor() != null,
                end(),
                populating(),
                LongStream.of(accesses).sum(),
                (throttledAtEnd - throttledBefore) / NANOS,
                residentPages,
                told(stat),
                named(events),
                phases.results());
    }

    private NeighboursResult.GuestPopulating populating() {
        long last = LongStream.of(populatedAtNanos).max().orElseThrow();
        return new NeighboursResult.GuestPopulating(
                (last - bornAtNanos) / NANOS,
                throttledBefore / NANOS,
                told(statBefore),
                named(eventsBefore));
    }

    private static Map<String, Long> told(Map<VmEvent, Long> stat) {
        Map<String, Long> told = new LinkedHashMap<>();
        TOLD.forEach(event -> told.put(event.statName(), stat.getOrDefault(event, 0L)));
        return told;
    }

    private static Map<String, Long> named(Map<MemcgEvent, Long> events) {
        Map<String, Long> named = new LinkedHashMap<>();
        events.forEach((event, n) -> named.put(event.statName(), n));
        return named;
    }
}
