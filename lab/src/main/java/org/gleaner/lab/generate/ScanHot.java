package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;

/// A hot set, and beside it one endless scan over memory that is too large to keep.
final class ScanHot implements Pattern {

    @Override
    public String name() {
        return "scanhot";
    }

    @Override
    public String summary() {
        return "a hot set, and an endless scan that should not displace it";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.pages("hot", "the hot set", 4_096),
                Parameter.pages("scan", "what is scanned", 24_576),
                Parameter.share("share", "share of accesses that scan", 0.2),
                Pattern.writes());
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        int hot = values.count("hot");
        int scan = values.count("scan");
        double share = values.number("share");
        double writes = values.number("writes");
        return new Source() {
            private int scanned;

            @Override
            public void next(AccessSink sink) {
                long page;
                if (random.nextDouble() < share) {
                    page = (long) hot + scanned;
                    scanned = scanned + 1 == scan ? 0 : scanned + 1;
                } else {
                    page = random.nextInt(hot);
                }
                sink.access(page, random.nextDouble() < writes);
            }
        };
    }
}
