package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;

/// A set that is touched in turn, once, and then again and again while new pages press in: one new
/// page after every few of the set.
final class Press implements Pattern {

    @Override
    public String name() {
        return "press";
    }

    @Override
    public String summary() {
        return "a set touched in turn, while one new page after another presses in";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.pages("set", "the set", 2_048),
                Parameter.count("turns", "accesses to the set after each new page", 20, 1 << 20),
                Pattern.writes());
    }

    @Override
    public Source begin(Values values, SplittableRandom random) {
        int set = values.count("set");
        int turns = values.count("turns");
        double writes = values.number("writes");
        return new Source() {
            private long fresh = set;
            private long done;
            private int inTurn = turns;
            private long turn;

            @Override
            public void next(AccessSink sink) {
                long page;
                if (done < set) {
                    page = done++;
                } else if (inTurn == turns) {
                    page = fresh++;
                    inTurn = 0;
                } else {
                    page = turn++ % set;
                    inTurn++;
                }
                sink.access(page, random.nextDouble() < writes);
            }
        };
    }
}
