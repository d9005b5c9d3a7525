package org.gleaner.bench.policy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.gleaner.bench.replay.BareLru;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.policy.PolicyMisses;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.format.Level;

/// Runs one policy over a file of keys, in a Java of its own, as [PeerPolicy] does with a peer's.
/// Prints its misses, and the processor time of the best of several passes in nanoseconds, without
/// reading the file.
///
/// Arguments: the file, the policy's label or `bare`, and frames.
final class OnePolicy {

    /// The list in two arrays.
    static final String BARE = "bare";

    /// The first ones are warm-up.
    private static final int PASSES = 6;

    private OnePolicy() {}

    public static void main(String[] args) throws IOException {
        int[] keys = KeyFile.read(Path.of(args[0]));
        int pages = IntStream.of(keys).max().orElse(0) + 1;
        int frames = Integer.parseInt(args[2]);
        long misses = 0;
        long best = Long.MAX_VALUE;
        for (int pass = 0; pass < PASSES; pass++) {
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            misses =
                    args[1].equals(BARE)
                            ? new BareLru(pages, frames).misses(keys)
                            : misses(PolicyChoice.parse(args[1]), keys, pages, frames);
            long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            best = Math.min(best, end - start);
        }
        System.out.println(misses + " " + best);
    }

    private static long misses(PolicyChoice policy, int[] keys, int pages, long frames) {
        HeldTrace trace = new HeldTrace("", Level.KEY, keys, pages, pages);
        return PolicyMisses.of(policy, trace, List.of(frames), Progress.SILENT).getFirst();
    }
}
