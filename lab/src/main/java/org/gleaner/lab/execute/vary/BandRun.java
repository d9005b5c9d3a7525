package org.gleaner.lab.execute.vary;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.run.CostShift;
import org.gleaner.lab.run.ErrorBand;
import org.gleaner.lab.run.ScenarioFigures;
import org.gleaner.lab.run.ScenarioFigures.Key;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;
import org.gleaner.machine.Cost;
import org.gleaner.machine.CostModel;
import org.jspecify.annotations.Nullable;

/// Runs a scenario at points of the constants' ranges, and says how far its figures move.
public final class BandRun {

    private BandRun() {}

    /// @param center what came out with the constants as they are
    /// @param count of points, a Latin hypercube of all constants
    /// @param seed of the choice of the points
    /// @return of fewer points, maybe none, if the user stopped it
    public static ErrorBand run(
            ScenarioResult center, int count, long seed, Executors executors, Progress progress) {
        Scenario scenario = center.scenario();
        Scale scale = center.scale();
        double[][] points = LatinHypercube.points(count, Cost.values().length, seed);
        List<Map<Key, Double>> measured =
                ShiftedRuns.run(
                        "band of " + scenario.name(),
                        Arrays.asList(points),
                        (point, own) ->
                                figures(scenario, scale, executors.with(CostShift.at(point)), own),
                        progress);
        return ErrorBand.of(
                count, scale, seed, costs(scenario), ScenarioFigures.of(center), measured);
    }

    private static @Nullable Map<Key, Double> figures(
            Scenario scenario, Scale scale, Executors executors, Progress progress) {
        ScenarioResult result =
                executors.run(scenario, scale, EngineChoice.VIRTUAL, false, progress);
        return result.completeness().complete() ? ScenarioFigures.of(result) : null;
    }

    /// The models that a scenario is run with, each with its fingerprint.
    private static String costs(Scenario scenario) {
        return scenario.configurations().stream()
                .map(each -> scenario.host().costs().on(each.arch()))
                .distinct()
                .map(CostModelChoice::label)
                .map(label -> label + " " + CostModel.named(label).fingerprint())
                .collect(Collectors.joining("; "));
    }
}
