package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;

/// Memory from end to end, again and again: the worst that a strict LRU list can meet.
final class Loop implements Pattern {

    @Override
    public String name() {
        return "loop";
    }

    @Override
    public String summary() {
        return "memory from end to end, again and again: LRU's worst";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.pages("pages", "memory", 9_830),
                Parameter.pages("stride", "from one access to the next", 1),
                Pattern.writes());
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        int pages = values.count("pages");
        int stride = values.count("stride") % pages;
        double writes = values.number("writes");
        return new Source() {
            private int next;

            @Override
            public void next(AccessSink sink) {
                sink.access(next, random.nextDouble() < writes);
                next = (int) (((long) next + stride) % pages);
            }
        };
    }
}
