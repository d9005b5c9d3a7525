package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;

/// Zipf's law: the page of rank `k` is touched with a chance of `1 / k^exponent`. The ranks are
/// scattered over the pages.
final class Zipf implements Pattern {

    @Override
    public String name() {
        return "zipf";
    }

    @Override
    public String summary() {
        return "few pages are touched most: Zipf's law, the ranks scattered over memory";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.pages("pages", "memory", 32_768),
                new Parameter("exponent", "of Zipf's law", 0.99, 0, 10, false),
                Pattern.writes());
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        ZipfRanks ranks = new ZipfRanks(values.count("pages"), values.number("exponent"));
        int[] pageOf = ZipfRanks.shuffled(values.count("pages"), random);
        double writes = values.number("writes");
        return sink -> sink.access(pageOf[ranks.next(random)], random.nextDouble() < writes);
    }
}
