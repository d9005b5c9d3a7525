package org.gleaner.lab.advise;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.gleaner.lab.run.TrialResult;
import org.jspecify.annotations.Nullable;

/// An objective that a VM did not keep, or that it was killed, which keeps none.
///
/// @param broken null if it was killed
record Breach(TrialResult.Vm vm, long seed, @Nullable Objective broken) {

    /// All of a trial.
    static List<Breach> of(TrialResult trial, long seed, List<Objective> objectives) {
        return trial.vms().stream().flatMap(vm -> of(vm, seed, objectives)).toList();
    }

    private static Stream<Breach> of(TrialResult.Vm vm, long seed, List<Objective> objectives) {
        if (vm.ending() != null) {
            return Stream.of(new Breach(vm, seed, null));
        }
        return objectives.stream()
                .filter(each -> !each.holds(vm))
                .map(each -> new Breach(vm, seed, each));
    }

    /// By how many times the bound was exceeded; without an end if it was killed.
    double times() {
        Objective objective = broken;
        return objective == null
                ? Double.POSITIVE_INFINITY
                : objective.metric().of(vm) / objective.bound();
    }

    /// The one that exceeds its bound most, the first of several.
    static Optional<Breach> worst(List<Breach> all) {
        return all.stream()
                .max(
                        Comparator.comparingDouble(Breach::times)
                                .thenComparing(Comparator.comparingInt(all::indexOf).reversed()));
    }
}
