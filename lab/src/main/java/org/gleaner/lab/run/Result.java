package org.gleaner.lab.run;

import java.util.List;

/// What came out of a run.
public sealed interface Result
        permits AdviceResult,
                FleetInfo,
                FleetPopulation,
                PackingResult,
                ReplayResult,
                ScenarioResult,
                Seeded,
                SensitivityResult,
                TimingResult,
                TogetherResult,
                TogetherValidationResult,
                TortureResult,
                TraceCold,
                TraceInfo,
                ValidationResult {

    /// Checks that failed and results out of their bounds, one line each; empty if all is well.
    List<String> failures();
}
