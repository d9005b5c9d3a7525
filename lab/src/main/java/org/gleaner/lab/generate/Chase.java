package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;

/// A pointer chase: every page points to another, one random circle through all of them. Each
/// access depends on the one before, and none has a neighbour.
final class Chase implements Pattern {

    @Override
    public String name() {
        return "chase";
    }

    @Override
    public String summary() {
        return "a pointer chase: one random circle through all pages";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.pages("pages", "memory", 16_384),
                Parameter.count("chains", "chases at once, taking turns", 1, 1 << 16),
                Parameter.share("writes", "share of accesses that write", 0));
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        int pages = values.count("pages");
        int[] next = circle(pages, random);
        int[] at = new int[values.count("chains")];
        for (int i = 0; i < at.length; i++) {
            at[i] = random.nextInt(pages);
        }
        double writes = values.number("writes");
        return new Source() {
            private int turn;

            @Override
            public void next(AccessSink sink) {
                int page = next[at[turn]];
                at[turn] = page;
                turn = turn + 1 == at.length ? 0 : turn + 1;
                sink.access(page, random.nextDouble() < writes);
            }
        };
    }

    /// A random permutation of one cycle (Sattolo).
    private static int[] circle(int n, SplittableRandom random) {
        int[] next = new int[n];
        for (int i = 1; i < n; i++) {
            next[i] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int j = random.nextInt(i);
            int swapped = next[i];
            next[i] = next[j];
            next[j] = swapped;
        }
        return next;
    }
}
