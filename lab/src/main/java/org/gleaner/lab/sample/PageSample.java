package org.gleaner.lab.sample;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.Trace;
import org.gleaner.machine.SplitMix64;

/// All accesses to some of a trace's pages, as in SHARDS (Waldspurger and others, FAST 2015): those
/// whose hash is below a threshold. Pages keep their places, so that a neighbourhood is the same
/// share of all pages as in the whole.
///
/// What is scaled goes by the pages that are really in the sample, not by those that were meant to
/// be: memory shrinks, and counts grow back, by exactly their share.
///
/// @param of the whole
/// @param trace the sample
/// @param groups parts of the sample that share no page and are the whole of it, by other bits of
///     the hash
public record PageSample(Trace of, Trace trace, List<Trace> groups) {

    /// Pages that a sample must have.
    private static final int LEAST_PAGES = 64;

    private static final int GROUPS = 8;
    private static final int FEW_GROUPS = 4;
    private static final int HASH_BITS = 32;

    public PageSample {
        groups = List.copyOf(groups);
    }

    /// @param seed of the hash
    /// @throws BadInput if the sample would be too small to say anything
    public static PageSample of(Trace trace, Scale rate, long seed) {
        long below = (1L << HASH_BITS) * rate.part() / rate.whole();
        Trace sample = only(trace, page -> hash(page, seed) >>> HASH_BITS < below);
        int pages = sample.distinctPages();
        if (pages < LEAST_PAGES && pages < trace.distinctPages()) {
            throw new BadInput(
                    "--sample " + rate,
                    "takes "
                            + pages
                            + " of the "
                            + trace.distinctPages()
                            + " pages of "
                            + trace.name()
                            + ", too few to say anything of them all",
                    "give 1/"
                            + Math.max(1, trace.distinctPages() / (2 * LEAST_PAGES))
                            + " or more");
        }
        int groups = pages < 2 * GROUPS * GROUPS ? FEW_GROUPS : GROUPS;
        List<Trace> parts = new ArrayList<>();
        for (int i = 0; i < groups; i++) {
            int group = i;
            Trace part =
                    only(
                            sample,
                            page ->
                                    (hash(page, seed) & 0xffff_ffffL) * groups >>> HASH_BITS
                                            == group);
            if (part.distinctPages() > 0) {
                parts.add(part);
            }
        }
        return new PageSample(trace, sample, parts);
    }

    private interface Pick {
        boolean takes(int page);
    }

    private static Trace only(Trace trace, Pick pick) {
        int[] taken = new int[1 << 12];
        int count = 0;
        BitSet seen = new BitSet(trace.regionPages());
        try (Trace.Chunks chunks = trace.chunks()) {
            while (chunks.next()) {
                int[] words = chunks.words();
                int end = chunks.count();
                for (int i = 0; i < end; i++) {
                    int page = Trace.page(words[i]);
                    if (pick.takes(page)) {
                        if (count == taken.length) {
                            taken = Arrays.copyOf(taken, count + (count >> 1));
                        }
                        taken[count++] = words[i];
                        seen.set(page);
                    }
                }
            }
        }
        return new HeldTrace(
                trace.name(),
                trace.level(),
                Arrays.copyOf(taken, count),
                seen.cardinality(),
                trace.regionPages());
    }

    private static long hash(int page, long seed) {
        return SplitMix64.mix(page + seed * SplitMix64.GOLDEN);
    }

    /// The share of all pages that are in the sample.
    public double share() {
        return share(trace);
    }

    /// The share of all pages that a part has.
    public double share(Trace part) {
        return part.distinctPages() / (double) of.distinctPages();
    }

    /// So much of `amount` as falls to a part, rounded down.
    public long shrunk(long amount, Trace part) {
        return (long) ((double) amount * part.distinctPages() / of.distinctPages());
    }
}
