package org.gleaner.lab.generate;

import java.util.List;
import java.util.SplittableRandom;
import org.gleaner.lab.trace.format.AccessSink;

/// A way in which programs touch memory.
interface Pattern {

    /// Its name on the command line.
    String name();

    /// What it is like, in a sentence.
    String summary();

    List<Parameter> parameters();

    /// Begins it: all that it needs for its pages is made here, so that an access allocates
    /// nothing.
    Source begin(Values values, SplittableRandom random);

    /// A pattern under way.
    interface Source {
        /// Makes the next access, exactly one.
        void next(AccessSink sink);
    }

    /// The parameter of patterns in which each access writes with the same chance.
    static Parameter writes() {
        return Parameter.share("writes", "share of accesses that write", 0.3);
    }
}
