package org.gleaner.lab.execute;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Workload;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.scenario.Neighbour;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.stat.VmEvent;

/// One of several guests: its cgroup, process and VM, what its vCPUs do, and what became of it.
///
/// A guest that gets no memory is killed: its vCPUs stop, and the last of them has the process exit, which gives the
/// others what it had.
final class NeighbourGuest {
    private static final long BASE_GFN = 1 << 20;
    private static final long BASE_VPN = 1 << 20;

    /// Pages between two looks at the clock.
    private static final int CHUNK = 128;

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
    private final long[] accesses;
    private final Word running;
    private final List<Long> residentPages = new ArrayList<>();
    private Map<VmEvent, Long> statBefore = Map.of();
    private Map<MemcgEvent, Long> eventsBefore = Map.of();
    private volatile boolean killed;

    NeighbourGuest(
            Cpu cpu,
            Neighbours scenario,
            Neighbour neighbour,
            Host host,
            Rcu rcu,
            AgingPlan plan,
            ParallelRuns.Meter meter) {
        this.scenario = scenario;
        this.neighbour = neighbour;
        this.host = host;
        this.meter = meter;
        long pages = scenario.guestPages();
        memcg = host.addMemcg(neighbour.max().pages(pages));
        memcg.setHigh(neighbour.high().pages(pages));
        memcg.setLow(neighbour.low().pages(pages));
        memcg.setMin(neighbour.min().pages(pages));
        mm = host.newAddressSpace(cpu, memcg);
        RmapObject object =
                scenario.guest().backing() == Backing.MEMFD
                        ? host.objects().newMemfd(Math.toIntExact(pages))
                        : host.objects().newAnon();
        mm.map(cpu, BASE_VPN, pages, object, 0, true);
        int tlb = Integer.highestOneBit(scenario.guest().tlbEntries());
        VmConfig config = VmConfig.of(Support.format(scenario.guest().format()), plan).withTlb(tlb);
        vm = Vm.create(cpu, config, host.pagesOf(mm), rcu);
        long slot = scenario.slotPages();
        for (long at = 0; at < pages; at += slot) {
            vm.createSlot(cpu, (int) (at / slot), BASE_GFN + at, slot, BASE_VPN + at, false);
        }
        accesses = new long[scenario.guest().vcpus()];
        running = new Word(accesses.length);
    }

    Memcg memcg() {
        return memcg;
    }

    Neighbour neighbour() {
        return neighbour;
    }

    Vcpu newVcpu(Cpu cpu) {
        return vm.newVcpu(cpu);
    }

    // --- what its vCPUs do -------------------------------------------------------------------

    /// A vCPU writes its share of all memory once.
    void populate(Cpu cpu, Vcpu vcpu, int index) {
        long pages = scenario.guestPages();
        long end = shareOf(pages, index + 1);
        for (long at = shareOf(pages, index); at < end && !killed; ) {
            long stop = Math.min(at + CHUNK, end);
            long reached = vcpu.runSequential(cpu, BASE_GFN + at, BASE_GFN + stop, true) - BASE_GFN;
            meter.advance(reached - at);
            at = reached;
            note(vcpu);
        }
    }

    /// A vCPU does what the workload says, on its share of the working set, until a time.
    void work(Cpu cpu, Vcpu vcpu, int index, long until) {
        long set = neighbour.workingSet().pages(scenario.guestPages());
        long first = shareOf(set, index);
        long pages = shareOf(set, index + 1) - first;
        int chunk = neighbour.pauseNanos() > 0 ? 1 : CHUNK;
        boolean random = neighbour.workload() == Workload.RANDOM;
        if (random) {
            chunk = 1;
        }
        SplittableRandom chance = new SplittableRandom(scenario.seed() + cpu.id);
        long at = 0;
        while (neighbour.workload() != Workload.IDLE && !killed && cpu.now() < until) {
            long from = random ? chance.nextLong(pages) : at;
            long to = Math.min(from + chunk, pages);
            long start = BASE_GFN + first;
            long reached = vcpu.runSequential(cpu, start + from, start + to, neighbour.writes());
            accesses[index] += reached - start - from;
            at = to == pages ? 0 : to;
            note(vcpu);
            if (neighbour.pauseNanos() > 0) {
                cpu.sleep(neighbour.pauseNanos());
            }
        }
    }

    private long shareOf(long pages, int index) {
        return pages * index / accesses.length;
    }

    private void note(Vcpu vcpu) {
        if (vcpu.error() == PageFaults.NOMEM) {
            killed = true;
        } else if (vcpu.error() != 0) {
            throw new IllegalStateException("guest access failed: " + vcpu.error());
        }
    }

    /// A vCPU will not run again. The last one of a guest that was killed gives back its memory.
    void leave(Cpu cpu) {
        if (cpu.fetchAdd(running, -1) == 1 && killed) {
            host.mappingChanges().exit(cpu, mm);
        }
    }

    // --- what became of it -------------------------------------------------------------------

    /// Counts from now on.
    void begin() {
        statBefore = memcg.stat().snapshot();
        eventsBefore = memcg.events();
    }

    /// Looks what is resident: what is charged, but for what CPUs have charged ahead.
    void sample() {
        residentPages.add(memcg.current() - host.allocator().stocked(memcg));
    }

    boolean killed() {
        return killed;
    }

    NeighboursResult.Guest result() {
        Map<String, Long> stat = new LinkedHashMap<>();
        for (VmEvent event : TOLD) {
            long before = statBefore.getOrDefault(event, 0L);
            stat.put(event.statName(), memcg.stat().get(event) - before);
        }
        Map<String, Long> events = new LinkedHashMap<>();
        memcg.events()
                .forEach((event, n) ->
                        events.put(event.statName(), n - eventsBefore.getOrDefault(event, 0L)));
        return new NeighboursResult.Guest(
                neighbour.name(),
                killed,
                LongStream.of(accesses).sum(),
                residentPages,
                stat,
                events);
    }
}
