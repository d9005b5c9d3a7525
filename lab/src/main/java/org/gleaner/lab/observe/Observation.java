package org.gleaner.lab.observe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What of the hosts of a command is to be kept over time, and what was.
public final class Observation {
    /// Nothing.
    public static final Observation NONE = new Observation(null, false);

    private final @Nullable Pace pace;
    private final boolean events;
    private final List<HostSeries> series = Collections.synchronizedList(new ArrayList<>());

    private Observation(@Nullable Pace pace, boolean events) {
        this.pace = pace;
        this.events = events;
    }

    /// Samples of each host.
    public static Observation of(Pace pace) {
        return new Observation(pace, false);
    }

    /// Samples, and events.
    public static Observation withEvents(Pace pace) {
        return new Observation(pace, true);
    }

    /// Room for a host's; null if nothing is kept.
    ///
    /// @param name of its run; results come in the order in which runs are named
    public @Nullable HostSeries of(String name) {
        if (pace == null) {
            return null;
        }
        HostSeries one = new HostSeries(name, pace, events);
        series.add(one);
        return one;
    }

    /// Of the hosts that were seen, once their runs have ended.
    public List<HostSeries> series() {
        synchronized (series) {
            return series.stream().filter(each -> !each.moments().isEmpty()).toList();
        }
    }

    /// Whether another asks for the same, whatever either has got: requests that ask for the same
    /// are equal.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Observation that
                && events == that.events
                && Objects.equals(pace, that.pace);
    }

    @Override
    public int hashCode() {
        return Objects.hash(pace, events);
    }
}
