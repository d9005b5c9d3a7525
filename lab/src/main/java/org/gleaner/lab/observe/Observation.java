package org.gleaner.lab.observe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What of the hosts of a command is to be kept over time, and what was.
public final class Observation {
    /// Nothing.
    public static final Observation NONE = new Observation(null);

    private final @Nullable Pace pace;
    private final List<HostSeries> series = Collections.synchronizedList(new ArrayList<>());

    private Observation(@Nullable Pace pace) {
        this.pace = pace;
    }

    /// Samples of each host.
    public static Observation of(Pace pace) {
        return new Observation(pace);
    }

    /// Room for a host's; null if nothing is kept.
    ///
    /// @param name of its run; results come in the order in which runs are named
    public @Nullable HostSeries of(String name) {
        if (pace == null) {
            return null;
        }
        HostSeries one = new HostSeries(name, pace);
        series.add(one);
        return one;
    }

    /// Of the hosts that were seen, once their runs have ended.
    public List<HostSeries> series() {
        synchronized (series) {
            return series.stream().filter(each -> !each.moments().isEmpty()).toList();
        }
    }
}
