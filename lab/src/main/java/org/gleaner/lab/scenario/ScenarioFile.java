package org.gleaner.lab.scenario;

import java.util.List;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// A scenario as it was written, of which nothing has been checked yet.
public final class ScenarioFile {

    private final Node.Mapping tree;
    private final @Nullable Scale scale;

    ScenarioFile(Node.Mapping tree, @Nullable Scale scale) {
        this.tree = tree;
        this.scale = scale;
    }

    /// What a result was run at; null if this is no result.
    public @Nullable Scale scale() {
        return scale;
    }

    /// The scenario.
    ///
    /// @param settings overrides such as `host.cpus=128`, later ones over earlier ones
    /// @param scale what to run it at, applied after all else
    /// @throws org.gleaner.lab.BadInput if anything in it or in the overrides is wrong
    public Scenario scenario(List<String> settings, Scale scale) {
        return ScenarioReader.read(tree, settings, scale);
    }
}
