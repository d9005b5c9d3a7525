package org.gleaner.lab.run;

import java.util.List;

/// One of the replays that are compared: a trace and one value of each option.
///
/// @param name its trace, and its values of the options that have several
/// @param bySeed the replay, with each seed; one or more
public record Combination(String name, List<ReplayRequest> bySeed) {

    public Combination {
        bySeed = List.copyOf(bySeed);
    }
}
