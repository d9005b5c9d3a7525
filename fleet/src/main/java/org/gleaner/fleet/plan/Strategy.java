package org.gleaner.fleet.plan;

import java.io.Serializable;

/// Which points of the space are run.
public sealed interface Strategy extends Serializable {

    /// The word for it in a sweep's file.
    String label();

    /// Every combination.
    record Grid() implements Strategy {
        @Override
        public String label() {
            return "grid";
        }
    }

    /// Some, anywhere.
    ///
    /// @param points 1 and up
    record Random(long points, long seed) implements Strategy {
        @Override
        public String label() {
            return "random";
        }
    }

    /// Some, each round where what is known so far promises the most.
    ///
    /// @param points 1 and up, the rounds' together
    /// @param round points that are chosen, and run, at once
    /// @param minimise the figure to make small
    record Bayes(long points, long seed, int round, String minimise) implements Strategy {
        @Override
        public String label() {
            return "bayes";
        }
    }
}
