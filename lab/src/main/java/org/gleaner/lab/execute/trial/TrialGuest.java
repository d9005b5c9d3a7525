package org.gleaner.lab.execute.trial;

import org.gleaner.kvm.FaultTimes;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.together.TraceProcess;
import org.gleaner.lab.observe.ObservedGuest;
import org.gleaner.lab.run.PressureTarget;
import org.gleaner.lab.run.RunStatistics.GroupPressure;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.trace.TraceLap;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.psi.PressureGroup;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// A VM of a trial: first it gets the memory that it would have had for long, then it goes through
/// its trace at its pace, request by request, until nobody is watched any more.
///
/// Between accesses it computes. What it computes is charged a slice of accesses at a time, and is
/// as long as the slice takes at its pace less what the accesses themselves took. Faults come on
/// top, and so do interrupts that flush its TLB: a VM that is held up does less.
final class TrialGuest {

    /// Accesses between two stretches of computing: few enough that VMs interleave, many enough
    /// that hits fold.
    private static final int SLICE = 64;

    private static final int WRITE = 1 << 31;
    private static final double NANOS = 1e9;

    private final TrialVm vm;
    private final TrialRequest.Watch watch;
    private final TrialPhases phases;
    private final Host host;
    private final TraceProcess process;
    private final double nanosPerAccess;

    /// What a request takes with nothing in its way, up to what is [#owed].
    private final long requestNanos;

    private boolean begun;
    private boolean done;
    private long begunAtNanos;
    private long doneAtNanos;
    private long majorBefore;
    private long majorFaults;
    private long throttledBefore;
    private long throttled;
    private long residentPages;
    private double owed;

    /// Of each request while it is watched.
    private final FaultTimes stalls = new FaultTimes();

    /// Of each fault while it is watched, as of its end.
    private final FaultTimes faults = new FaultTimes();

    TrialGuest(
            Cpu cpu,
            TrialVm vm,
            TrialRequest.Watch watch,
            TrialPhases phases,
            Backing backing,
            Host host) {
        this.vm = vm;
        this.watch = watch;
        this.phases = phases;
        this.host = host;
        nanosPerAccess = NANOS / vm.accessesPerSecond();
        requestNanos = (long) Math.ceil(watch.requestAccesses() * nanosPerAccess);
        TrialVm.Limits limits = vm.limits();
        int pages = vm.lap().trace().regionPages();
        process = new TraceProcess(cpu, vm.name(), pages, limits.max(), backing, host);
        process.memcg().setHigh(limits.high());
        process.memcg().setLow(limits.low());
        process.memcg().setMin(limits.min());
    }

    /// Has an agent ask it for memory, if it has a target.
    void holdBy(PressureAgent agent, PressureGroup group) {
        PressureTarget target = vm.limits().target();
        if (target != null) {
            agent.hold(process, group, target);
        }
    }

    /// All that it does, on its CPU.
    void run(Cpu cpu, TrialRequest request, AgingPlan aging, Rcu rcu, ParallelRuns.Meter meter) {
        process.begin(cpu, request, aging, rcu);
        Vcpu vcpu = process.vcpus().getFirst();
        populate(cpu, meter);
        phases.populated(cpu);
        try (TraceLap.Cursor cursor = vm.lap().cursor()) {
            while (!process.ended() && !phases.areOver(cpu)) {
                look(cpu, vcpu);
                long since = cpu.now();
                if (!request(cpu, vcpu, cursor)) {
                    break;
                }
                meter.advance(watch.requestAccesses());
                if (begun && !done) {
                    stalls.add(Math.max(0, cpu.now() - since - requestNanos));
                }
            }
        }
        if (!done) {
            end(cpu, vcpu);
        }
        process.leave(cpu);
    }

    /// Writes every page of its trace once, so that the oldest are those that it has not touched
    /// for longest.
    private void populate(Cpu cpu, ParallelRuns.Meter meter) {
        int[] pages = vm.lap().oldestFirst();
        int[] words = new int[SLICE];
        for (int at = 0; at < pages.length && !process.ended(); at += SLICE) {
            int count = Math.min(SLICE, pages.length - at);
            for (int i = 0; i < count; i++) {
                words[i] = pages[at + i] | WRITE;
            }
            if (process.run(cpu, words, 0, count) < count) {
                return;
            }
            meter.advance(count);
        }
    }

    /// Between two requests: whether it is to be watched now, or has been for long enough.
    private void look(Cpu cpu, Vcpu vcpu) {
        if (!begun && phases.areWatched(cpu)) {
            begun = true;
            begunAtNanos = cpu.now();
            vcpu.forgetFaultTimes();
            majorBefore = process.memcg().stat().get(VmEvent.PGMAJFAULT);
            throttledBefore = process.memcg().throttledNanos();
        } else if (begun && !done && cpu.now() - begunAtNanos >= watch.nanos()) {
            end(cpu, vcpu);
        }
    }

    private void end(Cpu cpu, Vcpu vcpu) {
        done = true;
        if (begun) {
            doneAtNanos = cpu.now();
            faults.add(times(vcpu));
            majorFaults = process.memcg().stat().get(VmEvent.PGMAJFAULT) - majorBefore;
            throttled = process.memcg().throttledNanos() - throttledBefore;
        }
        residentPages = process.memcg().current() - host.allocator().stocked(process.memcg());
        phases.done(cpu);
    }

    /// @return false if it got no memory
    private boolean request(Cpu cpu, Vcpu vcpu, TraceLap.Cursor cursor) {
        int left = watch.requestAccesses();
        while (left > 0) {
            int slice = Math.min(Math.min(left, SLICE), cursor.count());
            long since = cpu.now();
            long before = held(vcpu);
            int to = cursor.from() + slice;
            if (process.run(cpu, cursor.words(), cursor.from(), to) < to || process.ended()) {
                return false;
            }
            cursor.advance(slice);
            left -= slice;
            long own = cpu.now() - since - (held(vcpu) - before);
            compute(cpu, vcpu, slice * nanosPerAccess - own);
        }
        return true;
    }

    /// Computes so long, whole nanoseconds of it now. What the accesses took beyond their pace is
    /// not made up for.
    private void compute(Cpu cpu, Vcpu vcpu, double nanos) {
        owed = Math.max(0, owed + nanos);
        long whole = (long) owed;
        if (whole > 0) {
            owed -= whole;
            vcpu.compute(cpu, whole);
        }
    }

    private static FaultTimes times(Vcpu vcpu) {
        FaultTimes times = vcpu.faultTimes();
        if (times == null) {
            throw new IllegalStateException("a vCPU of a trial keeps its fault times");
        }
        return times;
    }

    private static long held(Vcpu vcpu) {
        return times(vcpu).sumNanos();
    }

    ObservedGuest.Memory memory() {
        return process.memory();
    }

    TrialResult.Vm result(GroupPressure pressure) {
        double seconds = (doneAtNanos - begunAtNanos) / NANOS;
        return new TrialResult.Vm(
                vm.name(),
                vm.lap().trace().name(),
                vm.lap().start(),
                ending(),
                seconds,
                stalls.count(),
                quantiles(stalls),
                quantiles(faults),
                seconds > 0 ? 100 * stalls.sumNanos() / NANOS / seconds : 0,
                pressure.some().percent(),
                pressure.full().percent(),
                majorFaults,
                seconds > 0 ? majorFaults / seconds : 0,
                vm.lap().oldestFirst().length,
                residentPages,
                throttled / NANOS);
    }

    private @Nullable String ending() {
        if (!process.ended()) {
            return null;
        }
        return switch (process.mm().killedFor()) {
            case HOST -> "host-oom";
            case LIMIT -> "memcg-oom";
            case MIN_TTL -> "min-ttl";
            case null -> "no-memory";
        };
    }

    private static TrialResult.Quantiles quantiles(FaultTimes times) {
        return new TrialResult.Quantiles(
                times.count(),
                times.quantileNanos(0.5),
                times.quantileNanos(0.9),
                times.quantileNanos(0.99),
                times.quantileNanos(0.999),
                times.quantileNanos(0.9999),
                times.longestNanos());
    }
}
