package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The same thing, run with one seed or with each of several.
///
/// @param name of the thing among those that are compared; null if it is the only one
/// @param asked how many seeds were asked for
/// @param seeds that came to their end, in order; one or more
/// @param bySeed what came out with each of `seeds`
public record Seeded<R extends Result>(
        @Nullable String name, int asked, List<Long> seeds, List<R> bySeed) implements Result {

    public Seeded {
        seeds = List.copyOf(seeds);
        bySeed = List.copyOf(bySeed);
    }

    /// What came out with the first seed that came to its end.
    public R first() {
        return bySeed.getFirst();
    }

    /// The seeds, for people.
    public String words() {
        return asked == 1
                ? "seed " + seeds.getFirst()
                : "seeds " + seeds.getFirst() + " to " + seeds.getLast();
    }

    /// Failures of all seeds; where several were asked for, each says of which it is.
    @Override
    public List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < bySeed.size(); i++) {
            String whose = asked == 1 ? "" : "seed " + seeds.get(i) + ": ";
            bySeed.get(i).failures().forEach(each -> failures.add(whose + each));
        }
        return failures;
    }
}
