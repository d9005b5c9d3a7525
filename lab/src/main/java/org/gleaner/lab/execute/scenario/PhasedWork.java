package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.gleaner.kvm.FaultTimes;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.scenario.Neighbour;
import org.gleaner.lab.scenario.ObjectTouch;
import org.gleaner.lab.scenario.WorkPhase;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.jspecify.annotations.Nullable;

/// How the vCPUs of one guest go through its phases, round after round, and what that took. None
/// begins a phase before all are done with the one before.
final class PhasedWork {
    private static final long MILLI = 1_000_000;
    private static final double NANOS = 1e9;

    private final Neighbour guest;
    private final long pages;
    private final int pageBytes;
    private final long baseGfn;
    private final long seed;
    private final List<Turn> turns = new ArrayList<>();

    /// A phase of a round.
    private static final class Turn {
        /// Of the turn among all.
        final int number;

        final int round;
        final WorkPhase phase;

        /// vCPUs that are done with it.
        final Word done = new Word();

        /// By vCPU.
        final long[] began;

        final long[] ended;
        final long[] operations;
        final boolean[] complete;
        final @Nullable FaultTimes[] times;

        Turn(int number, int round, WorkPhase phase, int vcpus) {
            this.number = number;
            this.round = round;
            this.phase = phase;
            began = new long[vcpus];
            ended = new long[vcpus];
            operations = new long[vcpus];
            complete = new boolean[vcpus];
            times = new @Nullable FaultTimes[vcpus];
        }
    }

    /// @param pages of the guest
    /// @param baseGfn of its first page
    PhasedWork(Neighbour guest, long pages, int pageBytes, long baseGfn, long seed) {
        this.guest = guest;
        this.pages = pages;
        this.pageBytes = pageBytes;
        this.baseGfn = baseGfn;
        this.seed = seed;
        for (int round = 1; round <= guest.rounds(); round++) {
            for (WorkPhase phase : guest.phases()) {
                turns.add(new Turn(turns.size(), round, phase, guest.vcpus()));
            }
        }
    }

    /// What one of the vCPUs does.
    ///
    /// @param until when it stops, wherever it is
    /// @param ends whether the guest has ended; asked behind each access, which it may note
    /// @return pages accessed
    long run(Cpu cpu, Vcpu vcpu, int index, long until, BooleanSupplier ends) {
        long accessed = 0;
        for (Turn turn : turns) {
            if (!ends.getAsBoolean() && cpu.now() < until) {
                accessed += phase(cpu, vcpu, index, turn, until, ends);
            }
            cpu.fetchAdd(turn.done, 1);
            cpu.block(turn.done, -1, guest.vcpus());
        }
        return accessed;
    }

    private long phase(Cpu cpu, Vcpu vcpu, int index, Turn turn, long until, BooleanSupplier ends) {
        WorkPhase phase = turn.phase;
        List<Part> parts = new ArrayList<>();
        for (ObjectTouch touch : phase.touches()) {
            parts.add(new Part(touch, index, parts.size(), turn.number));
        }
        FaultTimes times = new FaultTimes();
        turn.times[index] = times;
        turn.began[index] = cpu.now();
        long stop = phase.timed() ? Math.min(until, cpu.now() + phase.millis() * MILLI) : until;
        long most = phase.timed() ? Long.MAX_VALUE : phase.passes() * parts.getFirst().operations();
        long accessed = 0;
        long operations = 0;
        boolean ended = false;
        while (operations < most && cpu.now() < stop && !ended) {
            long start = cpu.now();
            for (int i = 0; i < parts.size() && !ended; i++) {
                accessed += parts.get(i).access(cpu, vcpu, ends);
                ended = ends.getAsBoolean();
            }
            if (phase.workNanos() > 0 && !ended) {
                vcpu.compute(cpu, phase.workNanos());
            }
            times.add(cpu.now() - start);
            if (!phase.timed() || cpu.now() <= stop) {
                operations++;
            }
        }
        // What is under way when the time is up does not count: a stall of milliseconds would be
        // long beside a phase that is shrunk with memory, and is nothing beside the whole one.
        turn.ended[index] = phase.timed() ? Math.min(cpu.now(), stop) : cpu.now();
        turn.operations[index] = operations;
        turn.complete[index] = !ended && (phase.timed() ? stop < until : operations == most);
        return accessed;
    }

    /// One touch of a phase, as one vCPU does it.
    private final class Part {
        private final ObjectTouch touch;
        private final long objects;
        private final long bytes;
        private final long firstByte;
        private final ObjectOrder order;
        private final SplittableRandom chance;

        Part(ObjectTouch touch, int index, int place, int turn) {
            this.touch = touch;
            bytes = touch.objectBytes();
            firstByte = touch.from().pages(pages, pageBytes) * pageBytes;
            long all = touch.objects(pages, pageBytes);
            int vcpus = guest.vcpus();
            long first = touch.shared() ? 0 : all * index / vcpus;
            objects = touch.shared() ? all : all * (index + 1) / vcpus - first;
            long circle = seed * 31 + place;
            chance = new SplittableRandom((circle * 1009 + index) * 1607 + turn);
            order =
                    new ObjectOrder(
                            touch.order(),
                            first,
                            objects,
                            touch.shared() ? all * index / vcpus : 0,
                            touch.shared() ? circle : circle * 1009 + index,
                            new SplittableRandom((circle * 1009 + index) * 1601 + turn));
        }

        /// Operations that take each of the objects once, all vCPUs together.
        long operations() {
            long share = touch.shared() ? Math.ceilDiv(objects, guest.vcpus()) : objects;
            return Math.ceilDiv(share, touch.times());
        }

        long access(Cpu cpu, Vcpu vcpu, BooleanSupplier ends) {
            long accessed = 0;
            if (touch.percent() < ObjectTouch.ALWAYS
                    && chance.nextInt(ObjectTouch.ALWAYS) >= touch.percent()) {
                return accessed;
            }
            for (int i = 0; i < touch.times(); i++) {
                long start = firstByte + order.next() * bytes;
                long from = baseGfn + start / pageBytes;
                long to = baseGfn + (start + bytes - 1) / pageBytes + 1;
                accessed += vcpu.runSequential(cpu, from, to, touch.writes()) - from;
                if (vcpu.error() != 0 && ends.getAsBoolean()) {
                    break;
                }
            }
            return accessed;
        }
    }

    /// Whether all phases of all rounds came to their end.
    boolean isComplete() {
        for (Turn turn : turns) {
            for (boolean each : turn.complete) {
                if (!each) {
                    return false;
                }
            }
        }
        return true;
    }

    /// What each phase of each round took; of those that nobody began nothing.
    List<NeighboursResult.Phase> results() {
        List<NeighboursResult.Phase> all = new ArrayList<>();
        for (Turn turn : turns) {
            FaultTimes times = new FaultTimes();
            long began = Long.MAX_VALUE;
            long ended = 0;
            long operations = 0;
            boolean complete = true;
            for (int i = 0; i < turn.times.length; i++) {
                complete &= turn.complete[i];
                @Nullable FaultTimes one = turn.times[i];
                if (one != null) {
                    times.add(one);
                    began = Math.min(began, turn.began[i]);
                    ended = Math.max(ended, turn.ended[i]);
                    operations += turn.operations[i];
                }
            }
            if (times.count() > 0) {
                all.add(
                        new NeighboursResult.Phase(
                                turn.round,
                                turn.phase.name(),
                                (ended - began) / NANOS,
                                complete,
                                operations,
                                latency(times)));
            }
        }
        return all;
    }

    private static NeighboursResult.Latency latency(FaultTimes times) {
        return new NeighboursResult.Latency(
                times.sumNanos() / (double) times.count() / 1000,
                times.quantileNanos(0.5) / 1e3,
                times.quantileNanos(0.99) / 1e3,
                times.quantileNanos(0.999) / 1e3);
    }
}
