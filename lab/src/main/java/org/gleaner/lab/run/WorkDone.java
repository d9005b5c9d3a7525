package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What all guests of a run together did in a phase of their work.
///
/// @param round 1 and up
/// @param timed whether the phase ends when its time is up, not when its work is done
/// @param seconds of the guest that took longest
/// @param operationsPerSecond the sum of the guests' rates
/// @param meanMicros of an operation, over all of them
/// @param p50Micros the median guest's
/// @param p99Micros that of the guest that has the highest
/// @param p999Micros likewise
public record WorkDone(
        int round,
        String phase,
        boolean timed,
        double seconds,
        long operations,
        double operationsPerSecond,
        double meanMicros,
        double p50Micros,
        double p99Micros,
        double p999Micros) {

    private record Turn(int round, String phase) {}

    /// By round and phase, in their order; phases of one name count together. Empty where no guest
    /// has phases.
    public static List<WorkDone> of(NeighboursResult run, NeighboursResult.Run of) {
        Map<Turn, List<NeighboursResult.Phase>> turns = new LinkedHashMap<>();
        of.guests().stream()
                .flatMap(guest -> guest.phases().stream())
                .sorted(Comparator.comparingInt(NeighboursResult.Phase::round))
                .forEach(phase ->
                        turns.computeIfAbsent(
                                        new Turn(phase.round(), phase.name()),
                                        _ -> new ArrayList<>())
                                .add(phase));
        List<WorkDone> all = new ArrayList<>();
        turns.forEach((turn, phases) -> all.add(sum(turn, phases, timed(run, turn.phase()))));
        return all;
    }

    private static boolean timed(NeighboursResult run, String phase) {
        return run.setting().scenario().guests().stream()
                .flatMap(guest -> guest.phases().stream())
                .anyMatch(each -> each.name().equals(phase) && each.timed());
    }

    private static WorkDone sum(Turn turn, List<NeighboursResult.Phase> phases, boolean timed) {
        long operations = phases.stream().mapToLong(NeighboursResult.Phase::operations).sum();
        double micros = phases.stream().mapToDouble(p -> p.operations() * p.latency().mean()).sum();
        double[] medians = phases.stream().mapToDouble(p -> p.latency().p50()).sorted().toArray();
        return new WorkDone(
                turn.round(),
                turn.phase(),
                timed,
                phases.stream().mapToDouble(NeighboursResult.Phase::seconds).max().orElse(0),
                operations,
                phases.stream().mapToDouble(NeighboursResult.Phase::operationsPerSecond).sum(),
                operations == 0 ? 0 : micros / operations,
                medians[medians.length / 2],
                phases.stream().mapToDouble(p -> p.latency().p99()).max().orElse(0),
                phases.stream().mapToDouble(p -> p.latency().p999()).max().orElse(0));
    }

    /// How long the last round of the guest that took longest was, in seconds; 0 without phases.
    public static double lastRoundSeconds(NeighboursResult.Run run) {
        return run.guests().stream().mapToDouble(WorkDone::lastRoundSeconds).max().orElse(0);
    }

    private static double lastRoundSeconds(NeighboursResult.Guest guest) {
        if (guest.phases().isEmpty()) {
            return 0;
        }
        int last = guest.phases().getLast().round();
        return guest.phases().stream()
                .filter(phase -> phase.round() == last)
                .mapToDouble(NeighboursResult.Phase::seconds)
                .sum();
    }
}
