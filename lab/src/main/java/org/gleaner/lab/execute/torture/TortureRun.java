package org.gleaner.lab.execute.torture;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.PteFormatChoice;
import org.gleaner.lab.execute.torture.TortureRound.Kind;
import org.gleaner.lab.run.TortureRequest;
import org.gleaner.lab.run.TortureResult;
import org.jspecify.annotations.Nullable;

/// Tortures the machine on real threads, in rounds of a few seconds, each on a fresh one. The seed
/// chooses format, reclaim and backing of each round; the designs take turns unless one was asked
/// for, and share the time so that each gets one. Ends at the first violation, and takes half a
/// minute without any access for one.
public final class TortureRun {
    private static final double LONGEST_ROUND = 3;
    private static final double SHORTEST_ROUND = 0.1;
    private static final int LINE_MILLIS = 1000;
    private static final double STUCK_SECONDS = 30;

    private final TortureRequest request;
    private final Progress progress;
    private final long start = System.nanoTime();
    private final SplittableRandom random;
    private final List<TortureTally> tallies = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private @Nullable String dump;
    private int rounds;
    private boolean cancelled;

    /// Seconds that a round took besides its torture, at most.
    private double overhead;

    private TortureRun(TortureRequest request, Progress progress) {
        this.request = request;
        this.progress = progress;
        random = new SplittableRandom(request.seed());
        AgingChoice asked = request.aging();
        for (AgingChoice each : asked == null ? AgingChoice.designs() : List.of(asked)) {
            tallies.add(new TortureTally(each));
        }
    }

    /// Tortures; see [org.gleaner.lab.run.TortureExecutor].
    public static TortureResult run(TortureRequest request, Progress progress) {
        return new TortureRun(request, progress).run();
    }

    private TortureResult run() {
        while (failures.isEmpty() && !cancelled && left() > 0) {
            TortureTally tally = tallies.get(rounds % tallies.size());
            round(kind(tally.aging()), tally);
            rounds++;
        }
        if (cancelled && tallies.stream().noneMatch(TortureTally::hasBegun)) {
            throw new Cancelled();
        }
        if (failures.isEmpty() && !cancelled) {
            tallies.forEach(tally -> tally.addWhatIsTooLittle(failures, request.seconds()));
        }
        return new TortureResult(
                request.seed(),
                request.aging(),
                TortureRound.class.desiredAssertionStatus(),
                cancelled,
                tallies.stream().map(TortureTally::result).toList(),
                failures,
                dump,
                seconds(start));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private double left() {
        return request.seconds() - seconds(start);
    }

    private Kind kind(AgingChoice design) {
        PteFormatChoice[] formats = PteFormatChoice.values();
        return new Kind(
                design,
                formats[random.nextInt(formats.length)],
                random.nextInt(4) == 0 ? Lru.CLASSIC : Lru.MGLRU,
                random.nextInt(3) == 0 ? Backing.ANON : Backing.MEMFD);
    }

    // --- a round -----------------------------------------------------------------------------

    /// How many seconds a round may torture, so that all whose turn has not come can have as much.
    ///
    /// @param left seconds of all
    /// @param turns rounds that are to share them
    /// @param overhead seconds of a round besides its torture
    static double share(double left, int turns, double overhead) {
        return Math.clamp(left / turns - overhead, SHORTEST_ROUND, LONGEST_ROUND);
    }

    private void round(Kind kind, TortureTally tally) {
        double share = share(left(), tallies.size() - rounds % tallies.size(), overhead);
        long began = System.nanoTime();
        long seed = request.seed() * 31 + rounds;
        TortureRound round = new TortureRound(kind, seed, (long) (share * 1e9));
        Throwable[] thrown = new Throwable[1];
        Thread thread =
                Thread.ofPlatform()
                        .name("torture")
                        .daemon()
                        .start(() -> thrown[0] = failure(round));
        watch(thread, round, kind);
        Throwable failure = thrown[0];
        tally.add(round, share, failure == null && !cancelled && failures.isEmpty());
        overhead = Math.max(overhead, seconds(began) - share);
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

    /// Waits for the round's end with a line a second; ends it itself if the user wants so or
    /// nothing moves.
    private void watch(Thread thread, TortureRound round, Kind kind) {
        long moved = System.nanoTime();
        long movedTo = 0;
        TortureRates rates = new TortureRates(round);
        while (!join(thread)) {
            if (round.accesses().all() != movedTo) {
                movedTo = round.accesses().all();
                moved = System.nanoTime();
            }
            progress.say(
                    String.format(
                            Locale.ROOT,
                            "%3.0f s: %s, %d violations (%s)",
                            seconds(start),
                            rates.sinceLast(),
                            failures.size(),
                            kind));
            if (progress.cancelled() && !cancelled) {
                cancelled = true;
                round.abort();
            }
            if (seconds(moved) > STUCK_SECONDS && failures.isEmpty()) {
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
}
