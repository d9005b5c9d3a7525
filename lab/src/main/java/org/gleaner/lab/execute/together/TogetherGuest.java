package org.gleaner.lab.execute.together;

import java.util.List;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.replay.FirstTouches;
import org.gleaner.lab.observe.ObservedGuest;
import org.gleaner.lab.run.OnHost;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.run.TogetherResult;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;

/// One of several traces on a host: how its CPU gets through it.
///
/// It goes as fast as its memory lets it, but where the trace has times it does not run ahead of
/// them.
final class TogetherGuest {

    /// Accesses between two looks at the clock, and at whether it is to stop.
    private static final int STEP = 512;

    private final TogetherRequest.Guest guest;
    private final TraceProcess process;
    private long replayed;
    private long doneAtNanos;

    TogetherGuest(Cpu cpu, TogetherRequest.Guest guest, Backing backing, Host host) {
        this.guest = guest;
        int pages = guest.trace().regionPages();
        process = new TraceProcess(cpu, guest.name(), pages, guest.maxPages(), backing, host);
    }

    /// Replays the trace on `cpu`.
    void replay(Cpu cpu, OnHost request, AgingPlan aging, Rcu rcu, ParallelRuns.Meter meter) {
        process.begin(cpu, request, aging, rcu);
        long start = cpu.now();
        try (FirstTouches accesses = new FirstTouches(guest.trace())) {
            while (!process.ended() && accesses.next()) {
                if (!chunk(cpu, accesses, start, meter)) {
                    break;
                }
            }
        }
        doneAtNanos = cpu.now() - start;
        process.leave(cpu);
    }

    private boolean chunk(Cpu cpu, FirstTouches accesses, long start, ParallelRuns.Meter meter) {
        int end = accesses.from() + accesses.count();
        for (int at = accesses.from(); at < end; ) {
            int to = (int) Math.min(end - at, STEP - replayed % STEP) + at;
            int reached = process.run(cpu, accesses.words(), at, to);
            replayed += reached - at;
            meter.advance(reached - at);
            if (reached < to) {
                return false;
            }
            at = to;
            keepTime(cpu, start);
            if (process.ended()) {
                return false;
            }
        }
        return true;
    }

    /// Waits until the next access is due.
    private void keepTime(Cpu cpu, long start) {
        long ahead = start + guest.trace().dueNanos(replayed) - cpu.now();
        if (ahead > 0) {
            process.sleep(cpu, ahead);
        }
    }

    ObservedGuest.Memory memory() {
        return process.memory();
    }

    List<Vcpu> vcpus() {
        return process.vcpus();
    }

    long doneAtNanos() {
        return doneAtNanos;
    }

    /// @param timed whether the engine keeps virtual time
    TogetherResult.Guest result(boolean timed) {
        return new TogetherResult.Guest(
                guest.name(),
                guest.trace().length(),
                guest.trace().distinctPages(),
                guest.maxPages() == TogetherRequest.UNLIMITED ? null : guest.maxPages(),
                guest.trace().hasTimes(),
                process.ended(),
                replayed,
                timed ? doneAtNanos / 1e9 : null,
                process.vmstat());
    }
}
