package org.gleaner.lab.observe;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was seen of one host over its run. Its size has a bound: see [Pace].
///
/// Not thread-safe: the thread of the run writes it, and others read it when that has ended.
public final class HostSeries {
    /// Moments at which guest memory is looked at, at most, and half of that at least.
    private static final int MOST_HEAT = 128;

    /// Samples from one such moment to the next, at first.
    private static final int HEAT_EVERY = 4;

    private final String name;
    private final Pace pace;
    private final List<HostSample> moments = new ArrayList<>();
    private final List<List<Heat>> heat = new ArrayList<>();
    private long intervalNanos;
    private long heatNanos;
    private int rows;

    private final @Nullable EventLog events;

    /// @param logs whether there are to be events too
    HostSeries(String name, Pace pace, boolean logs) {
        events = logs ? new EventLog() : null;
        this.name = name;
        this.pace = pace;
        intervalNanos = pace.nanos();
        heatNanos = HEAT_EVERY * intervalNanos;
    }

    /// Of the run: its configuration, or the replay.
    public String name() {
        return name;
    }

    /// In the order of time.
    public List<HostSample> moments() {
        return Collections.unmodifiableList(moments);
    }

    /// In the order of time, of guests and of addresses.
    public List<Heat> heat() {
        return heat.stream().flatMap(List::stream).toList();
    }

    /// Its events; null if nobody asked for them.
    public @Nullable EventLog events() {
        return events;
    }

    /// From one sample to the next.
    public long intervalNanos() {
        return intervalNanos;
    }

    /// When to look next, after a look at `nanos`.
    long next(long nanos) {
        return (nanos / intervalNanos + 1) * intervalNanos;
    }

    /// Whether guest memory is to be looked at now.
    boolean heatIsDue(long nanos) {
        return heat.isEmpty() || nanos / heatNanos > heat.getLast().getFirst().nanos() / heatNanos;
    }

    void add(HostSample moment) {
        moments.add(moment);
        rows += moment.rows().size();
        if (moments.size() > pace.mostSamples() || rows + moment.rows().size() > pace.mostRows()) {
            thinOut();
        }
    }

    /// The last sample is the first of another phase.
    void relabel(String phase) {
        moments.add(moments.removeLast().in(phase));
    }

    /// @param all of one moment; one at least
    void addHeat(List<Heat> all) {
        heat.add(all);
        if (heat.size() > MOST_HEAT) {
            heatNanos *= 2;
            List<List<Heat>> kept = new ArrayList<>();
            long last = -1;
            for (List<Heat> each : heat) {
                long tick = each.getFirst().nanos() / heatNanos;
                if (tick > last) {
                    kept.add(each);
                    last = tick;
                }
            }
            heat.clear();
            heat.addAll(kept);
        }
    }

    private void thinOut() {
        intervalNanos *= 2;
        List<HostSample> kept = new ArrayList<>();
        long last = -1;
        for (HostSample each : moments) {
            long tick = each.nanos() / intervalNanos;
            if (each.isBound()) {
                kept.add(each);
            } else if (tick > last) {
                kept.add(each);
                last = tick;
            }
        }
        moments.clear();
        moments.addAll(kept);
        rows = kept.stream().mapToInt(each -> each.rows().size()).sum();
    }
}
