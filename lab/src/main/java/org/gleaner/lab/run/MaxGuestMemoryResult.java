package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.Ablation;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.jspecify.annotations.Nullable;

/// What came out of [MaxGuestMemory].
///
/// @param runs one for each configuration, in their order, then one for each ablation of each
public record MaxGuestMemoryResult(
        @JsonUnwrapped Setting<MaxGuestMemory> setting,
        List<Run> runs,
        @JsonUnwrapped Course course)
        implements ScenarioResult {

    public MaxGuestMemoryResult {
        runs = List.copyOf(runs);
    }

    /// One configuration, run.
    ///
    /// @param ablation what was taken out of it; null for the configuration as it is
    /// @param run1Seconds until the last vCPU had written its memory for the first time
    /// @param resetSeconds of the MMU context reset
    /// @param run2Seconds until the last vCPU had written its memory again
    /// @param kswapd where kswapd's time went in run2
    /// @param directReclaim where the vCPUs' time in reclaim went in run2
    /// @param vmstat what the kernel's counters of these names grew by in run2
    /// @param commands of the scenario that were written in time
    /// @param statistics of run2; null with real threads
    public record Run(
            Configuration configuration,
            @Nullable Ablation ablation,
            SwapDeviceChoice swap,
            double run1Seconds,
            double resetSeconds,
            double run2Seconds,
            CallNode kswapd,
            CallNode directReclaim,
            Map<String, Long> vmstat,
            List<CommandResult> commands,
            @Nullable RunStatistics statistics)
            implements MeasuredRun {

        public Run {
            vmstat = Vmstat.copyOf(vmstat);
            commands = List.copyOf(commands);
        }

        @Override
        public String label() {
            String whole = configuration.name();
            return ablation == null ? whole : whole + " without " + ablation.label();
        }
    }

    /// How many times as long one configuration took as another.
    public record Ratio(String of, String to, double run1, double run2) {}

    /// The first configuration against each of the others, ablations left out. None of real
    /// threads: those would be ratios of what this machine's scheduler did.
    @JsonProperty("ratios")
    public List<Ratio> ratios() {
        if (engine() == EngineChoice.THREADS) {
            return List.of();
        }
        List<Run> plain = runs.stream().filter(run -> run.ablation() == null).toList();
        return plain.stream()
                .skip(1)
                .filter(run -> run.run1Seconds() > 0 && run.run2Seconds() > 0)
                .map(run -> ratio(plain.getFirst(), run))
                .toList();
    }

    private static Ratio ratio(Run of, Run to) {
        return new Ratio(
                of.configuration().name(),
                to.configuration().name(),
                of.run1Seconds() / to.run1Seconds(),
                of.run2Seconds() / to.run2Seconds());
    }
}
