package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.gleaner.lab.trace.Trace;

/// What keeps the figures of replays from meaning what they seem to: where their traces come from.
public final class ReplayCaveats {

    private ReplayCaveats() {}

    /// Of all that was asked for, one line each; empty if there are none.
    public static List<String> of(ReplayPlan plan) {
        Map<Trace, List<Long>> limits = new LinkedHashMap<>();
        for (Combination combination : plan.combinations()) {
            ReplayRequest request = combination.bySeed().getFirst();
            limits.computeIfAbsent(request.trace(), _ -> new ArrayList<>())
                    .add(request.memoryPages());
        }
        return of(limits);
    }

    /// Of traces that share a host.
    public static List<String> of(TogetherRequest host) {
        Map<Trace, List<Long>> limits = new LinkedHashMap<>();
        for (TogetherRequest.Guest guest : host.guests()) {
            limits.computeIfAbsent(guest.trace(), _ -> new ArrayList<>())
                    .add(Math.min(guest.maxPages(), host.hostPages()));
        }
        return of(limits);
    }

    private static List<String> of(Map<Trace, List<Long>> limits) {
        List<String> all = new ArrayList<>();
        limits.forEach((trace, pages) -> {
            if (!trace.caveat().isEmpty()) {
                all.add("%s: %s".formatted(trace.name(), trace.caveat()));
            }
            LongStream below = pages.stream().mapToLong(i -> i).filter(i -> i < trace.leastPages());
            below.max()
                    .ifPresent(most ->
                            all.add(
                                    ("%s: its recorder left out what limits below %,d pages would"
                                                    + " see, and %,d pages are less: such"
                                                    + " counts are too high")
                                            .formatted(trace.name(), trace.leastPages(), most)));
        });
        return List.copyOf(all);
    }
}
