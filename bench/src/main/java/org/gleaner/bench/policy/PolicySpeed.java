package org.gleaner.bench.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// Prints a Markdown table of how fast policies are: ours, those of Caffeine's simulator over the
/// same accesses, and a list in two arrays.
///
/// Each figure is the best of a few rounds, in which all take turns, each in a Java of its own, and
/// without reading the file. Ours is the processor time of the best of six passes. The simulator
/// makes one pass and says by its own clock how long its policy took: warm-up is in it, which is
/// little of millions of accesses, and on a busy machine so is waiting. Where both mean the same by
/// a name, their misses have to be equal, or this fails.
///
/// Arguments: accesses of each trace (10,000,000 unless given) and rounds (2). With
/// `-Dgleaner.samples=DIR` one of the traces is `int32be/w106-head.trace.xz` from there.
public final class PolicySpeed {

    private static final int ACCESSES = 10_000_000;
    private static final int ROUNDS = 2;
    private static final int FRAMES = 10_000;
    private static final int LOOP_PAGES = 12_000;
    private static final long SEED = 1;

    /// Ours, the simulator's name for it, and whether both mean exactly the same.
    private record Pair(String ours, String theirs, boolean alike) {}

    private static final Pair[] PAIRS = {
        new Pair("lru", "linked.Lru", true),
        new Pair("fifo", "linked.Fifo", true),
        new Pair("clock_insert_then_evict", "linked.Clock", true),
        new Pair("clock", "linked.Clock", false),
        new Pair("sieve", "linked.Sieve", false),
        new Pair("arc", "adaptive.Arc", false),
        new Pair("s3fifo", "two-queue.S3Fifo", false),
        new Pair("lirs", "irr.Lirs", false),
    };

    private final int rounds;

    private PolicySpeed(int rounds) {
        this.rounds = rounds;
    }

    public static void main(String[] args) throws IOException {
        int accesses = argument(args, 0, ACCESSES);
        PolicySpeed speed = new PolicySpeed(argument(args, 1, ROUNDS));
        if (!PeerPolicy.isThere()) {
            throw new IOException("the simulator is not on the class path; run with -Pspeed");
        }
        System.out.println(
                "| trace | policy | misses | M accesses/s | Caffeine's misses | its M/s | times | bare"
                        + " list M/s |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        Path directory = Files.createTempDirectory("gleaner-policies");
        Path file = directory.resolve("keys");
        try {
            for (Map.Entry<String, int[]> trace : traces(accesses).entrySet()) {
                KeyFile.write(file, trace.getValue());
                speed.measure(trace.getKey(), trace.getValue().length, file);
            }
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
    }

    private static int argument(String[] args, int i, int otherwise) {
        return i < args.length ? Integer.parseInt(args[i].replace(",", "")) : otherwise;
    }

    private static Map<String, int[]> traces(int accesses) {
        Map<String, int[]> traces = new LinkedHashMap<>();
        String samples = System.getProperty("gleaner.samples", "");
        if (!samples.isEmpty()) {
            Path w106 = Path.of(samples, "int32be", "w106-head.trace.xz");
            traces.put("w106, its head repeated", KeyFile.repeated(w106, accesses));
        }
        traces.put("Zipf 0.99 over 300,000", KeyFile.zipf(accesses, SEED));
        traces.put("loop over 12,000", KeyFile.loop(accesses, LOOP_PAGES));
        return traces;
    }

    private void measure(String trace, int accesses, Path file) throws IOException {
        Timed bare = null;
        for (int round = 0; round < rounds; round++) {
            Timed again = Timed.of(file, OnePolicy.BARE, FRAMES);
            bare = bare == null ? again : Timed.better(bare, again);
        }
        for (Pair pair : PAIRS) {
            Timed ours = null;
            Timed theirs = null;
            for (int round = 0; round < rounds; round++) {
                Timed one = Timed.of(file, pair.ours, FRAMES);
                Timed other = PeerPolicy.run(file, pair.theirs, FRAMES);
                ours = ours == null ? one : Timed.better(ours, one);
                theirs = theirs == null ? other : Timed.better(theirs, other);
            }
            if (pair.alike && ours.misses() != theirs.misses()) {
                throw new IllegalStateException(
                        pair.ours
                                + " misses "
                                + ours.misses()
                                + " of "
                                + trace
                                + ", and "
                                + pair.theirs
                                + " "
                                + theirs.misses());
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %,d | %.0f | %,d | %.1f | %.1f | %.0f |%n",
                    trace,
                    pair.ours,
                    ours.misses(),
                    ours.millionsASecond(accesses),
                    theirs.misses(),
                    theirs.millionsASecond(accesses),
                    theirs.nanos() / (double) ours.nanos(),
                    bare.millionsASecond(accesses));
        }
    }
}
