package org.gleaner.bench.replay;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.execute.replay.ReplayRun;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.trace.Trace;

/// Prints how fast a replay through the whole host is: where all memory fits, and where one access
/// in twenty is a major fault at half the memory; beside [BareLru] over the same accesses.
///
/// Each line is the best of a few rounds, in which replay and list take turns, in processor time of
/// the one thread that runs them. What a fault costs is what the second trace takes beyond its
/// accesses at the price that the first puts on one.
///
/// Arguments: accesses of the first trace (100,000,000 unless given), of the second (50,000,000)
/// and rounds (3).
public final class ReplaySpeed {
    private static final int RESIDENT = 100_000_000;
    private static final int FAULTING = 50_000_000;
    private static final int ROUNDS = 3;
    private static final long SEED = 1;

    /// Gives one major fault in 20 accesses at half the memory.
    private static final double TAIL = 0.0755;

    private final int rounds;

    private ReplaySpeed(int rounds) {
        this.rounds = rounds;
    }

    public static void main(String[] args) {
        int resident = argument(args, 0, RESIDENT);
        int faulting = argument(args, 1, FAULTING);
        new ReplaySpeed(argument(args, 2, ROUNDS)).measure(resident, faulting);
    }

    private static int argument(String[] args, int i, int otherwise) {
        return i < args.length ? Integer.parseInt(args[i].replace(",", "")) : otherwise;
    }

    private void measure(int resident, int faulting) {
        say("%-34s %9s %9s %11s", "", "M/s", "ns", "x bare LRU");
        double[] hit = {0, 0};
        if (resident > 0) {
            Trace trace = Accesses.uniform(resident, SEED);
            for (Through through : Through.values()) {
                Best best = best(trace, Accesses.PAGES * 5L / 4, through);
                hit[through.ordinal()] = best.nanos;
                best.print("resident, through " + through.label());
            }
        }
        if (faulting > 0) {
            Trace trace = Accesses.hotAndTail(faulting, SEED, TAIL);
            for (Through through : Through.values()) {
                Best best = best(trace, Accesses.PAGES / 2, through);
                best.print("5 % major faults, through " + through.label());
                best.printFaults(hit[through.ordinal()]);
            }
        }
    }

    private Best best(Trace trace, long memory, Through through) {
        Best best = new Best();
        for (int round = 0; round < rounds; round++) {
            BareLru list = new BareLru(Accesses.PAGES, (int) Math.min(memory, Accesses.PAGES));
            best.list(nanos(() -> list.misses(trace.accesses())), trace);
            Stopwatch watch = new Stopwatch();
            ReplayResult result = ReplayRun.run(request(trace, memory, through), watch);
            best.replay(watch.nanos, result);
        }
        return best;
    }

    private static long nanos(LongSupplier work) {
        long start = Stopwatch.now();
        if (work.getAsLong() < 0) {
            throw new IllegalStateException();
        }
        return Stopwatch.now() - start;
    }

    private static ReplayRequest request(Trace trace, long memory, Through through) {
        return new ReplayRequest(
                trace,
                memory,
                HostChoices.swappingTo(ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4))
                        .withThrough(through)
                        .withSeed(SEED),
                0);
    }

    private static void say(String format, Object... args) {
        System.out.printf(Locale.ROOT, format + "%n", args);
    }

    /// The best round of either.
    private static final class Best {
        private double list = Double.MAX_VALUE;
        private double nanos = Double.MAX_VALUE;
        private ReplayResult result;

        void list(long total, Trace trace) {
            list = Math.min(list, (double) total / trace.accesses().length);
        }

        void replay(long total, ReplayResult of) {
            nanos = Math.min(nanos, (double) total / of.accesses());
            result = of;
        }

        void print(String what) {
            say("%-34s %9.1f %9.2f %11.2f", what, 1e3 / nanos, nanos, nanos / list);
        }

        void printFaults(double hit) {
            double beyond = (nanos - hit) * result.accesses() / 1e3;
            long majors = result.vmstat().get("pgmajfault");
            long scanned = result.vmstat().get("pgscan");
            say(
                    "  %.2f %% major faults: %.2f us each, %.2f us a scanned page",
                    100.0 * majors / result.accesses(), beyond / majors, beyond / scanned);
        }
    }

    /// Takes the processor time of this thread between the beginning and the end of a replay.
    private static final class Stopwatch implements Progress {
        private long nanos;

        static long now() {
            return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }

        @Override
        public void begin(String task, long steps) {
            nanos = -now();
        }

        @Override
        public void at(long done) {}

        @Override
        public void end() {
            nanos += now();
        }

        @Override
        public void say(String line) {}

        @Override
        public boolean cancelled() {
            return false;
        }
    }
}
