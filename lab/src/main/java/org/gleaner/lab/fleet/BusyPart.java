package org.gleaner.lab.fleet;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.generate.Patterns;
import org.gleaner.lab.generate.ZipfRanks;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.profile.ColdAges;

/// What the busy pages of a VM do in one lap, on any number of pages.
public abstract class BusyPart {

    /// What a word has besides its page, if it writes.
    static final int WRITE = 1 << 31;

    /// Of a made part: seconds between two touches of a page, in the mean.
    static final int INTERVAL = 10;

    private static final int SAMPLE = 2_048;

    /// Accesses of a lap.
    interface Words {
        /// @param at when it comes: a share of the lap
        void word(int word, double at);
    }

    /// Hands on the accesses of a lap, in their order: to pages 0 to `pages - 1`.
    abstract void lap(int pages, double lapSeconds, long seed, Words words);

    /// Which share of its pages is not touched for 120 s, the mean over time, in a lap of that
    /// length that comes again and again.
    public double ownCold(double lapSeconds) {
        return cold(lapSeconds, words -> lap(SAMPLE, lapSeconds, 1, words));
    }

    /// A lap that can be gone through again.
    interface Lap {
        void through(Words words);
    }

    /// The share of the pages of a lap that is cold, once it has been gone through.
    static double cold(double lapSeconds, Lap lap) {
        ColdAges once = new ColdAges(1);
        ColdAges twice = new ColdAges(1);
        double nanos = lapSeconds * 1e9;
        int[] ids = ids(lap);
        lap.through((word, at) -> {
            once.touch(ids[word & ~WRITE], (long) (at * nanos));
            twice.touch(ids[word & ~WRITE], (long) (at * nanos));
        });
        lap.through((word, at) -> twice.touch(ids[word & ~WRITE], (long) ((1 + at) * nanos)));
        double[] first = once.measured((long) nanos).coldSeconds();
        double[] both = twice.measured((long) (2 * nanos)).coldSeconds();
        int t = MadePopulation.COLD;
        return (both[t] - first[t]) / (both[0] - first[0]);
    }

    /// Numbers of pages in the order of their first touch, by page.
    private static int[] ids(Lap lap) {
        int[][] ids = {new int[0]};
        int[] count = {0};
        lap.through((word, _) -> {
            int page = word & ~WRITE;
            if (page >= ids[0].length) {
                int before = ids[0].length;
                ids[0] = Arrays.copyOf(ids[0], Math.max(page + 1, 2 * before));
                Arrays.fill(ids[0], before, ids[0].length, -1);
            }
            if (ids[0][page] < 0) {
                ids[0][page] = count[0]++;
            }
        });
        return ids[0];
    }

    /// A pattern of `gleaner trace generate` with a parameter `pages`, each touched every
    /// [#INTERVAL] seconds in the mean.
    static final class Generated extends BusyPart {
        private final String pattern;

        Generated(String pattern) {
            this.pattern = pattern;
        }

        @Override
        void lap(int pages, double lapSeconds, long seed, Words words) {
            long accesses = Math.max(pages, (long) (pages * lapSeconds / INTERVAL));
            long[] done = {0};
            AccessSink sink =
                    (page, write) ->
                            words.word(
                                    (int) page | (write ? WRITE : 0),
                                    done[0]++ / (double) accesses);
            Patterns.make(pattern, List.of("pages=" + pages), accesses, seed, sink);
        }
    }

    /// A trace, gone through once a lap. Of its pages as many are kept as are asked for, chosen by
    /// chance, with all accesses to them; if it has too few, several copies of it run beside each
    /// other, each from somewhere else on.
    static final class Recorded extends BusyPart {
        private final int[] accesses;
        private final int region;
        private final int distinct;

        Recorded(Trace trace) {
            accesses = trace.accesses();
            region = trace.regionPages();
            distinct = trace.distinctPages();
        }

        @Override
        void lap(int pages, double lapSeconds, long seed, Words words) {
            SplittableRandom random = new SplittableRandom(seed);
            int copies = Math.ceilDiv(pages, distinct);
            int[][] kept = new int[copies][];
            int[] start = new int[copies];
            int first = 0;
            for (int copy = 0; copy < copies; copy++) {
                int share = (pages - first) / (copies - copy);
                kept[copy] = kept(share, first, random);
                start[copy] = random.nextInt(accesses.length);
                first += share;
            }
            int n = accesses.length;
            for (int i = 0; i < n; i++) {
                for (int copy = 0; copy < copies; copy++) {
                    int at = start[copy] + i;
                    int word = accesses[at < n ? at : at - n];
                    int page = kept[copy][Trace.page(word)];
                    if (page >= 0) {
                        words.word(page | word & WRITE, i / (double) n);
                    }
                }
            }
        }

        /// By the trace's page: its number from `first` on, or -1.
        private int[] kept(int share, int first, SplittableRandom random) {
            int[] touched = new int[distinct];
            boolean[] seen = new boolean[region];
            int count = 0;
            for (int word : accesses) {
                int page = Trace.page(word);
                if (!seen[page]) {
                    seen[page] = true;
                    touched[count++] = page;
                }
            }
            int[] order = ZipfRanks.shuffled(count, random);
            int[] kept = new int[region];
            Arrays.fill(kept, -1);
            for (int i = 0; i < share; i++) {
                kept[touched[order[i]]] = first + i;
            }
            return kept;
        }
    }
}
