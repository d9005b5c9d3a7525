package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;

/// A hot set that moves to other pages now and then, and a few accesses anywhere.
final class Shift implements Pattern {

    @Override
    public String name() {
        return "shift";
    }

    @Override
    public String summary() {
        return "a hot set that moves to other pages now and then";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.pages("pages", "memory", 24_576),
                Parameter.pages("hot", "the hot set", 4_915),
                Parameter.share("share", "share of accesses that go to the hot set", 0.9),
                Parameter.count("phase", "accesses until it moves", 125_000, Integer.MAX_VALUE),
                Pattern.writes());
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        int pages = values.count("pages");
        int hot = Math.min(values.count("hot"), pages);
        int phase = values.count("phase");
        double share = values.number("share");
        double writes = values.number("writes");
        return new Source() {
            private int left = phase;
            private int start;

            @Override
            public void next(AccessSink sink) {
                if (left-- == 0) {
                    left = phase - 1;
                    start = (int) (((long) start + hot) % pages);
                }
                int page =
                        random.nextDouble() < share
                                ? (int) (((long) start + random.nextInt(hot)) % pages)
                                : random.nextInt(pages);
                sink.access(page, random.nextDouble() < writes);
            }
        };
    }
}
