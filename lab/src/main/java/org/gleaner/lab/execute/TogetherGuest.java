package org.gleaner.lab.execute;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.observe.ObservedGuest;
import org.gleaner.lab.run.OnHost;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.run.TogetherResult;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.jspecify.annotations.Nullable;

/// One of several traces on a host: its cgroup and process, and how its CPU gets through it.
///
/// It goes as fast as its memory lets it, but where the trace has times it does not run ahead of
/// them. One that gets no memory ends: once its CPU has stopped its process exits, which gives the
/// others what it had.
final class TogetherGuest {
    private static final long BASE_GFN = 1 << 20;

    /// Accesses between two looks at the clock, and at whether it is to stop.
    private static final int STEP = 512;

    private final TogetherRequest.Guest guest;
    private final Host host;
    private final Memcg memcg;
    private final AddressSpace mm;
    private final Word running = new Word(1);
    private final int pages;

    /// Pages that a page table of the last level maps, and where the region begins.
    private final int table;

    private @Nullable Vcpu vcpu;
    private long replayed;
    private long doneAtNanos;

    TogetherGuest(Cpu cpu, TogetherRequest.Guest guest, Backing backing, Host host) {
        this.guest = guest;
        this.host = host;
        table = host.folios().hugePages;
        pages = Math.ceilDiv(guest.trace().regionPages(), table) * table;
        memcg = host.addMemcg(guest.maxPages());
        mm = host.newAddressSpace(cpu, memcg, Support.tablePayer(host, memcg, backing));
        mm.onKill(_ -> host.engine().spawn("exit-" + guest.name(), this::exit));
        RmapObject object =
                backing == Backing.MEMFD
                        ? host.objects().newMemfd(pages)
                        : host.objects().newAnon();
        mm.map(cpu, table, pages, object, 0, true);
    }

    /// Runs accesses `[from, to)` of `words`; returns where it stopped.
    private interface Runner {
        int run(Cpu cpu, int[] words, int from, int to);

        long error();
    }

    /// Replays the trace on `cpu`.
    void replay(Cpu cpu, OnHost request, AgingPlan aging, Rcu rcu, ParallelRuns.Meter meter) {
        Runner runner = request.through() == Through.KVM ? guest(cpu, request, aging, rcu) : task();
        long start = cpu.now();
        try (FirstTouches accesses = new FirstTouches(guest.trace())) {
            while (!mm.isKilled() && accesses.next()) {
                if (!chunk(cpu, accesses, runner, start, meter)) {
                    break;
                }
            }
        }
        doneAtNanos = cpu.now() - start;
        host.drain(cpu);
        cpu.store(running, 0);
    }

    private boolean chunk(
            Cpu cpu, FirstTouches accesses, Runner runner, long start, ParallelRuns.Meter meter) {
        int end = accesses.from() + accesses.count();
        for (int at = accesses.from(); at < end; ) {
            int to = (int) Math.min(end - at, STEP - replayed % STEP) + at;
            int reached = runner.run(cpu, accesses.words(), at, to);
            replayed += reached - at;
            meter.advance(reached - at);
            if (reached < to) {
                if (runner.error() == PageFaults.NOMEM && !mm.isKilled()) {
                    mm.terminate(cpu);
                }
                return false;
            }
            at = to;
            keepTime(cpu, start);
            if (mm.isKilled()) {
                return false;
            }
        }
        return true;
    }

    /// Waits until the next access is due.
    private void keepTime(Cpu cpu, long start) {
        long ahead = start + guest.trace().dueNanos(replayed) - cpu.now();
        if (ahead > 0) {
            mm.sleepKillable(cpu, ahead);
        }
    }

    private Runner task() {
        UserTask task = new UserTask(host.faults(), mm);
        return new Runner() {
            @Override
            public int run(Cpu cpu, int[] words, int from, int to) {
                return task.run(cpu, table, words, from, to);
            }

            @Override
            public long error() {
                return PageFaults.NOMEM;
            }
        };
    }

    private Runner guest(Cpu cpu, OnHost request, AgingPlan aging, Rcu rcu) {
        VmConfig config =
                VmConfig.of(Support.architecture(request, aging), aging)
                        .withPageShift(request.pageSize().shift())
                        .withFaultTimes()
                        .withTables(Support.tables(pages));
        Vm vm = Vm.create(cpu, config, host.pagesOf(mm), rcu);
        vm.createSlot(cpu, 0, BASE_GFN, pages, table, false);
        Vcpu vcpu = vm.newVcpu(cpu);
        this.vcpu = vcpu;
        return new Runner() {
            @Override
            public int run(Cpu on, int[] words, int from, int to) {
                return vcpu.run(on, words, from, to, BASE_GFN);
            }

            @Override
            public long error() {
                return vcpu.error();
            }
        };
    }

    /// SIGKILL has woken the process: it exits once its CPU has stopped.
    private void exit(Cpu cpu) {
        cpu.block(running, -1, 0);
        host.mappingChanges().exitWithFiles(cpu, mm);
        host.drain(cpu);
    }

    /// None if it goes through no guest, or has not begun.
    ObservedGuest.Memory memory() {
        return new ObservedGuest.Memory(mm, table, pages);
    }

    List<Vcpu> vcpus() {
        return vcpu == null ? List.of() : List.of(vcpu);
    }

    long doneAtNanos() {
        return doneAtNanos;
    }

    /// @param timed whether the engine keeps virtual time
    TogetherResult.Guest result(boolean timed) {
        Map<String, Long> vmstat = new LinkedHashMap<>();
        memcg.stat().snapshot().forEach((event, n) -> vmstat.put(event.statName(), n));
        return new TogetherResult.Guest(
                guest.name(),
                guest.trace().length(),
                guest.trace().distinctPages(),
                guest.maxPages() == TogetherRequest.UNLIMITED ? null : guest.maxPages(),
                guest.trace().hasTimes(),
                mm.isKilled(),
                replayed,
                timed ? doneAtNanos / 1e9 : null,
                vmstat);
    }
}
