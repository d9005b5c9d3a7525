package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;

/// What came out of a scenario. Seconds are the machine's: virtual time, or real time with the
/// threads engine.
public sealed interface ScenarioResult extends Result
        permits MaxGuestMemoryResult,
                AccessTrackingResult,
                MmuStressResult,
                NeighboursResult,
                PfnDesignsResult,
                DirtyLogPerfResult,
                DemandPagingResult,
                ArchitecturesResult {

    Setting<?> setting();

    Course course();

    /// One for each configuration, in their order, and for whatever else was varied.
    List<? extends MeasuredRun> runs();

    /// What was run, with its sizes at [#scale].
    default Scenario scenario() {
        return setting().scenario();
    }

    default Scale scale() {
        return setting().scale();
    }

    default EngineChoice engine() {
        return setting().engine();
    }

    default Completeness completeness() {
        return course().completeness();
    }

    default List<String> assumptions() {
        return course().assumptions();
    }

    @Override
    default List<String> failures() {
        return course().failures();
    }
}
