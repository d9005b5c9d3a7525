package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.trace.Trace;

/// Counts how often a policy misses on a trace.
public final class PolicyMisses {

    /// Accesses between two looks at whether the user stopped the run.
    private static final int CHUNK = 1 << 20;

    private PolicyMisses() {}

    /// Misses with each of several sizes of memory, first accesses included.
    ///
    /// @param frames sizes in pages, each 1 and up
    /// @param progress told of one task of as many steps as there are accesses, times the sizes
    /// @throws Cancelled if `progress` says so before all are counted
    public static List<Long> of(
            PolicyChoice policy, Trace trace, List<Long> frames, Progress progress) {
        int[] nextUses =
                policy == PolicyChoice.OPT
                        ? NextUses.of(trace.accesses(), trace.regionPages())
                        : new int[0];
        List<Long> misses = new ArrayList<>();
        long done = 0;
        for (long size : frames) {
            if (progress.cancelled()) {
                throw new Cancelled();
            }
            misses.add(
                    policy == PolicyChoice.OPT
                            ? Opt.misses(nextUses, size)
                            : online(policy, trace, size, done, progress));
            done += trace.length();
            progress.at(done);
        }
        return misses;
    }

    private static long online(
            PolicyChoice policy, Trace trace, long frames, long before, Progress progress) {
        Replacement replacement = Replacement.of(policy, trace.regionPages(), frames);
        try (Trace.Chunks chunks = trace.chunks()) {
            for (long passed = before; chunks.next(); passed += chunks.count()) {
                for (int from = 0; from < chunks.count(); ) {
                    int to = Math.min(chunks.count() - from, CHUNK) + from;
                    replacement.run(chunks.words(), from, to);
                    from = to;
                    progress.at(passed + from);
                    if (progress.cancelled()) {
                        throw new Cancelled();
                    }
                }
            }
        }
        return replacement.misses();
    }
}
