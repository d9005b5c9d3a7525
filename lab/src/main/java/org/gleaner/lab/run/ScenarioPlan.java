package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.scenario.ScenarioFile;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// What a run of a scenario would be, without running it.
///
/// @param file what was asked about: a path, or the name of a bundled scenario
/// @param valid whether it can run
/// @param error why not: place, fault and mend; null if it can
/// @param runs what it runs; null if it cannot
@JsonPropertyOrder({"file", "valid", "error", "runs"})
public record ScenarioPlan(
        String file, boolean valid, @Nullable String error, @Nullable Runs runs) {

    /// @param kind of the scenario
    /// @param name that results are filed under
    /// @param scale that all sizes here are at
    /// @param vcpus of all guests
    /// @param guestBytes memory of all guests
    /// @param swapBytes 0 without a device
    /// @param heapBytes of Java's heap, for each configuration in virtual time
    /// @param configurations each of which is run by itself
    public record Runs(
            String kind,
            String name,
            long seed,
            Scale scale,
            int guests,
            int vcpus,
            long guestBytes,
            int cpus,
            long hostBytes,
            SwapDeviceChoice swap,
            long swapBytes,
            long heapBytes,
            List<Configuration> configurations) {

        public Runs {
            configurations = List.copyOf(configurations);
        }
    }

    /// Reads a scenario as a run would.
    ///
    /// @param asked the scale that was asked for; null for the file's own, or else the usual one
    public static ScenarioPlan of(
            String file, Input input, List<String> settings, @Nullable Scale asked, Scale usual) {
        try {
            ScenarioFile opened = ScenarioReader.open(file, input);
            Scale scale = asked != null ? asked : opened.scale() != null ? opened.scale() : usual;
            opened.scenario(settings, Scale.FULL);
            return new ScenarioPlan(
                    file, true, null, runs(opened.scenario(settings, scale), scale));
        } catch (BadInput bad) {
            return new ScenarioPlan(file, false, bad.getMessage(), null);
        }
    }

    private static Runs runs(Scenario scenario, Scale scale) {
        HeapNeed.runsAtOnce(
                new ScenarioRequest<>(scenario, scale, EngineChoice.VIRTUAL, false),
                1,
                Heap.ofProcess());
        return new Runs(
                scenario.kind(),
                scenario.name(),
                scenario.seed(),
                scale,
                scenario.guestSizes().size(),
                scenario.vcpuCount(),
                scenario.allGuestPages() * scenario.pageBytes(),
                scenario.host().cpus(),
                scenario.hostPages() * scenario.pageBytes(),
                scenario.host().swap().device(),
                scenario.swapPages() * scenario.pageBytes(),
                HeapNeed.bytes(scenario, EngineChoice.VIRTUAL),
                scenario.configurations());
    }
}
