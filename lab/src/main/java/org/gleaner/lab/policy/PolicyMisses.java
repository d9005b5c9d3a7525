package org.gleaner.lab.policy;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.size.Heap;
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
    /// @throws org.gleaner.lab.BadInput if the policy is OPT, which looks ahead, and what it has to
    ///     know does not fit the heap or the disk
    /// @throws Cancelled if `progress` says so before all are counted
    public static List<Long> of(
            PolicyChoice policy, Trace trace, List<Long> frames, Progress progress) {
        if (policy == PolicyChoice.OPT) {
            return opt(trace, frames, progress);
        }
        List<Long> misses = new ArrayList<>();
        for (long size : frames) {
            misses.add(online(policy, trace, size, misses.size() * trace.length(), progress));
        }
        return misses;
    }

    private static List<Long> opt(Trace trace, List<Long> frames, Progress progress) {
        long bits = trace.length() / Byte.SIZE + (long) trace.regionPages() * Long.BYTES;
        Heap heap = Heap.ofProcess();
        if (bits > heap.room()) {
            throw new BadInput(
                    "--policy opt",
                    "needs " + heap.shortage(bits),
                    "set " + Heap.option(bits) + ", or use --sample");
        }
        List<Long> misses = new ArrayList<>();
        try (NextUses nextUses = NextUses.of(trace, progress::cancelled)) {
            for (long size : frames) {
                long before = misses.size() * trace.length();
                misses.add(Opt.misses(nextUses, size, done -> tell(before + done, progress)));
            }
        }
        return misses;
    }

    private static long online(
            PolicyChoice policy, Trace trace, long frames, long before, Progress progress) {
        Replacement replacement = Replacement.of(policy, trace.regionPages(), frames);
        long done = before;
        try (Trace.Chunks chunks = trace.chunks()) {
            while (chunks.next()) {
                for (int from = 0; from < chunks.count(); ) {
                    int to = Math.min(chunks.count() - from, CHUNK) + from;
                    replacement.run(chunks.words(), from, to);
                    done += to - from;
                    from = to;
                    tell(done, progress);
                }
            }
        }
        return replacement.misses();
    }

    private static void tell(long done, Progress progress) {
        progress.at(done);
        if (progress.cancelled()) {
            throw new Cancelled();
        }
    }
}
