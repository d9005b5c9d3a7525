package org.gleaner.lab.run;

import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;

/// What a scenario was run with: the first fields of its result.
///
/// @param scenario what was run, with its sizes at `scale`
public record Setting<S extends Scenario>(S scenario, Scale scale, EngineChoice engine) {}
