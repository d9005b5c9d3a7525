package org.gleaner.lab.run;

import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;

/// Run a scenario.
///
/// @param scenario checked, with its sizes at `scale` already
/// @param scale what its sizes were multiplied by; costs that are fixed per pass must be multiplied
///     too
/// @param ablate whether to run the scenario's ablations as well
/// @param costs what is done to the constants of virtual time
/// @param observation where what its hosts look like over time is to be kept
public record ScenarioRequest<S extends Scenario>(
        S scenario,
        Scale scale,
        EngineChoice engine,
        boolean ablate,
        CostShift costs,
        Observation observation) {

    /// With the constants as they are, and nobody looking.
    public ScenarioRequest(S scenario, Scale scale, EngineChoice engine, boolean ablate) {
        this(scenario, scale, engine, ablate, CostShift.NONE, Observation.NONE);
    }

    /// The same on the host of one of its configurations, see [Scenario#on].
    @SuppressWarnings("unchecked") // another host makes no other kind of it
    public ScenarioRequest<S> on(Configuration configuration) {
        return new ScenarioRequest<>(
                (S) scenario.on(configuration), scale, engine, ablate, costs, observation);
    }

    /// The same with other constants.
    public ScenarioRequest<S> with(CostShift other) {
        return new ScenarioRequest<>(scenario, scale, engine, ablate, other, observation);
    }

    /// The same, looked at.
    public ScenarioRequest<S> with(Observation other) {
        return new ScenarioRequest<>(scenario, scale, engine, ablate, costs, other);
    }

    /// What of it its result says.
    public Setting<S> setting() {
        return new Setting<>(scenario, scale, engine);
    }
}
