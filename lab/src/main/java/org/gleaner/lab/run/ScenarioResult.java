package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;

/// What came out of a scenario. Seconds are the machine's: virtual time, or real time with the
/// threads engine.
@JsonIgnoreProperties("completeness")
public sealed interface ScenarioResult extends Result
        permits MaxGuestMemoryResult,
                AccessTrackingResult,
                MmuStressResult,
                NeighboursResult,
                PfnDesignsResult,
                DirtyLogPerfResult {

    /// What was run, with its sizes at `scale`.
    Scenario scenario();

    Scale scale();

    EngineChoice engine();

    /// Of the configurations, and of their ablations if they were asked for.
    Completeness completeness();

    /// What a reader must know to compare the figures with others.
    List<String> assumptions();

    /// Real seconds that the whole run took.
    double wallSeconds();
}
