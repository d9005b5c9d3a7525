package org.gleaner.lab.execute;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingDesign;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.PteFormat;
import org.gleaner.lab.execute.TortureRound.Kind;
import org.gleaner.lab.run.TortureRequest;
import org.gleaner.lab.run.TortureResult;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// Tortures the machine on real threads, in rounds of a few seconds, each on a fresh one. The seed chooses format,
/// reclaim and backing of each round; the designs take turns unless one was asked for. Ends at the first
/// violation, and takes half a minute without any access for one.
public final class TortureRun {
    private static final double ROUND_SECONDS = 3;
    private static final int LINE_MILLIS = 1000;
    private static final double STUCK_SECONDS = 30;

    private final TortureRequest request;
    private final Progress progress;
    private final long start = System.nanoTime();
    private final SplittableRandom random;
    private final LongAdder operations = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final List<String> failures = new ArrayList<>();
    private @Nullable String dump;
    private int rounds;
    private boolean cancelled;

    /// Sums over the rounds that are over.
    private Counts before = Counts.NONE;

    private Counts shown = Counts.NONE;

    /// What has been done.
    private record Counts(
            long operations,
            long faults,
            long swapIns,
            long swapOuts,
            long agings,
            long young,
            long protects,
            long unmaps,
            long slotChanges) {
        static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0, 0, 0);

        /// With what `round` has done so far.
        Counts plus(TortureRound round, long operations) {
            return new Counts(
                    operations,
                    faults + round.count(VmEvent.PGFAULT),
                    swapIns + round.count(VmEvent.PSWPIN),
                    swapOuts + round.count(VmEvent.PSWPOUT),
                    agings + round.agers().passes(),
                    young + round.agers().young(),
                    protects + round.zapper().protects.sum(),
                    unmaps + round.zapper().unmaps.sum(),
                    slotChanges + round.zapper().slotChanges.sum());
        }

        long changes() {
            return protects + unmaps + slotChanges;
        }
    }

    private TortureRun(TortureRequest request, Progress progress) {
        this.request = request;
        this.progress = progress;
        random = new SplittableRandom(request.seed());
    }

    /// Tortures; see [org.gleaner.lab.run.TortureExecutor].
    public static TortureResult run(TortureRequest request, Progress progress) {
        return new TortureRun(request, progress).run();
    }

    private TortureResult run() {
        while (failures.isEmpty() && !cancelled && left() > 0) {
            round(kind(rounds));
            rounds++;
        }
        if (cancelled && before.operations() == 0) {
            throw new Cancelled();
        }
        return new TortureResult(
                request.seed(),
                request.aging(),
                TortureRound.class.desiredAssertionStatus(),
                rounds,
                !cancelled,
                before.operations(),
                refused.sum(),
                before.faults(),
                before.swapIns(),
                before.swapOuts(),
                before.agings(),
                before.young(),
                before.protects(),
                before.unmaps(),
                before.slotChanges(),
                failures,
                dump,
                seconds());
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    private double left() {
        return request.seconds() - seconds();
    }

    private Kind kind(int round) {
        AgingDesign[] designs = AgingDesign.values();
        PteFormat[] formats = PteFormat.values();
        AgingDesign asked = request.aging();
        return new Kind(
                asked != null ? asked : designs[round % designs.length],
                formats[random.nextInt(formats.length)],
                random.nextInt(4) == 0 ? Lru.CLASSIC : Lru.MGLRU,
                random.nextInt(3) == 0 ? Backing.ANON : Backing.MEMFD);
    }

    // --- a round -----------------------------------------------------------------------------

    private void round(Kind kind) {
        long nanos = (long) (Math.min(ROUND_SECONDS, left()) * 1e9);
        long seed = request.seed() * 31 + rounds;
        TortureRound round = new TortureRound(kind, seed, nanos, operations, refused);
        Throwable[] thrown = new Throwable[1];
        Thread thread =
                Thread.ofPlatform()
                        .name("torture")
                        .daemon()
                        .start(() -> thrown[0] = failure(round));
        watch(thread, round, kind);
        before = before.plus(round, operations.sum());
        Throwable failure = thrown[0];
        if (failure != null && failures.isEmpty() && !(failure instanceof Cancelled)) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace, true));
            fail(kind, failure.toString(), trace.toString());
        }
    }

    private static @Nullable Throwable failure(TortureRound round) {
        try {
            round.run();
            return null;
        } catch (Throwable failure) {
            return failure;
        }
    }

    /// Waits for the round's end with a line a second; ends it itself if the user wants so or nothing moves.
    private void watch(Thread thread, TortureRound round, Kind kind) {
        long moved = System.nanoTime();
        while (!join(thread)) {
            Counts now = before.plus(round, operations.sum());
            if (now.operations() != shown.operations()) {
                moved = System.nanoTime();
            }
            say(kind, now);
            if (progress.cancelled() && !cancelled) {
                cancelled = true;
                round.abort();
            }
            if ((System.nanoTime() - moved) / 1e9 > STUCK_SECONDS && failures.isEmpty()) {
                fail(kind, "nothing has moved for " + (int) STUCK_SECONDS + " s", round.stacks());
                round.abort();
            }
        }
    }

    /// Whether the thread has ended, within a second.
    private boolean join(Thread thread) {
        try {
            thread.join(LINE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancelled = true;
        }
        return !thread.isAlive();
    }

    private void fail(Kind kind, String what, String where) {
        failures.add(
                String.format(
                        Locale.ROOT,
                        "seed %d, round %d (%s): %s",
                        request.seed(),
                        rounds,
                        kind,
                        what.lines().findFirst().orElse(what)));
        dump = where;
    }

    private void say(Kind kind, Counts now) {
        progress.say(
                String.format(
                        Locale.ROOT,
                        "%3.0f s: %,d ops/s, %,d faults/s, %,d swap-ins/s, %,d agings/s,"
                                + " %,d changes/s, %d violations (%s)",
                        seconds(),
                        now.operations() - shown.operations(),
                        now.faults() - shown.faults(),
                        now.swapIns() - shown.swapIns(),
                        now.agings() - shown.agings(),
                        now.changes() - shown.changes(),
                        failures.size(),
                        kind));
        shown = now;
    }
}
