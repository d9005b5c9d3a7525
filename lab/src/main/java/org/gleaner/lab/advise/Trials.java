package org.gleaner.lab.advise;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gleaner.lab.Progress;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;

/// All trials so far, each run once, and which of them kept the objectives.
final class Trials {

    private final List<Objective> objectives;
    private final TrialRequest.Watch watch;
    private final List<Long> seeds;
    private final Progress progress;
    private final Map<Trial, TrialResult> done = new HashMap<>();

    /// One trial.
    record Trial(Variation variation, int vms, long seed) {}

    Trials(
            List<Objective> objectives,
            TrialRequest.Watch watch,
            List<Long> seeds,
            Progress progress) {
        this.objectives = objectives;
        this.watch = watch;
        this.seeds = seeds;
        this.progress = progress;
    }

    /// How many there were.
    int count() {
        return done.size();
    }

    /// The trials of a number of VMs, with every seed; none where they have no room.
    List<Trial> all(Variation variation, int vms) {
        return variation.hasRoom(vms)
                ? seeds.stream().map(seed -> new Trial(variation, vms, seed)).toList()
                : List.of();
    }

    /// The same with the first seed alone.
    List<Trial> first(Variation variation, int vms) {
        return all(variation, vms).stream().limit(1).toList();
    }

    /// Has those of them run that were not yet, all at once.
    void run(List<Trial> wanted) {
        Set<Trial> missing = new LinkedHashSet<>(wanted);
        missing.removeAll(done.keySet());
        if (missing.isEmpty()) {
            return;
        }
        List<HostTrial> trials = missing.stream().map(this::of).toList();
        List<TrialResult> results = HostTrial.run(trials, progress);
        int at = 0;
        for (Trial each : missing) {
            done.put(each, results.get(at++));
        }
    }

    private HostTrial of(Trial trial) {
        Variation variation = trial.variation();
        return new HostTrial(
                variation.host(),
                variation.of().vms(trial.vms(), trial.seed()),
                watch,
                trial.seed());
    }

    /// A trial that has been run.
    TrialResult result(Trial trial) {
        TrialResult result = done.get(trial);
        if (result == null) {
            throw new IllegalStateException("not run: " + trial);
        }
        return result;
    }

    /// What broke in some trials that have been run.
    List<Breach> breaches(List<Trial> of) {
        List<Breach> all = new ArrayList<>();
        for (Trial each : of) {
            all.addAll(Breach.of(result(each), each.seed(), objectives));
        }
        return all;
    }

    /// Whether a number of VMs keeps the objectives with every seed.
    boolean holds(Variation variation, int vms) {
        return hold(vms, all(variation, vms));
    }

    private boolean hold(int vms, List<Trial> of) {
        return vms == 0 || !of.isEmpty() && breaches(of).isEmpty();
    }

    /// Trials of one host.
    CapacitySearch.Probes on(Variation variation) {
        return new CapacitySearch.Probes() {
            @Override
            public void tryFirst(List<Integer> counts) {
                run(counts.stream().flatMap(each -> first(variation, each).stream()).toList());
            }

            @Override
            public void tryAll(List<Integer> counts) {
                run(counts.stream().flatMap(each -> all(variation, each).stream()).toList());
            }

            @Override
            public boolean holdsFirst(int vms) {
                return hold(vms, first(variation, vms));
            }

            @Override
            public boolean holds(int vms) {
                return Trials.this.holds(variation, vms);
            }
        };
    }
}
