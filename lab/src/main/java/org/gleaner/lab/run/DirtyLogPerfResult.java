package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.LogEnding;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.DirtyLogPerf;
import org.jspecify.annotations.Nullable;

/// What came out of [DirtyLogPerf].
///
/// @param runs one for each configuration and ending, in their order
public record DirtyLogPerfResult(
        @JsonUnwrapped Setting<DirtyLogPerf> setting, List<Run> runs, @JsonUnwrapped Course course)
        implements ScenarioResult {

    public DirtyLogPerfResult {
        runs = List.copyOf(runs);
    }

    /// One configuration, run, and its log ended in one way.
    ///
    /// @param phases in the order in which they happened
    /// @param commands of the scenario that were written in time
    /// @param statistics of all phases after the first; null with real threads
    public record Run(
            Configuration configuration,
            LogEnding ending,
            List<Phase> phases,
            List<CommandResult> commands,
            @Nullable RunStatistics statistics)
            implements MeasuredRun {

        public Run {
            phases = List.copyOf(phases);
            commands = List.copyOf(commands);
        }

        @Override
        public String label() {
            return configuration.name() + " " + ending.label();
        }

        /// All phases of a kind; several where there are iterations.
        public List<Phase> phases(Step step) {
            return phases.stream().filter(phase -> phase.step() == step).toList();
        }

        /// What all phases of a kind took.
        public double seconds(Step step) {
            return phases(step).stream().mapToDouble(Phase::seconds).sum();
        }
    }

    /// What happens in a phase.
    public enum Step {
        POPULATE,
        ENABLE,
        DIRTY,
        GET,
        CLEAR,
        DISABLE,
        TOUCH_AGAIN
    }

    /// One phase of the test.
    ///
    /// @param iteration from 1 on; 0 where a phase happens once
    public record Phase(Step step, int iteration, double seconds, Counts counts) {}

    /// What happened in a phase.
    ///
    /// @param slowFaults faults that installed a leaf
    /// @param fastFaults faults that were served without a lock
    /// @param spuriousFaults faults that had nothing to do
    /// @param retries faults that went back to the guest empty-handed
    /// @param flushes of all vCPUs, whoever asked for them
    /// @param splits huge leaves that were split ahead of writes
    /// @param recovered tables that gave way when the log ended
    /// @param yields times that a walk let others have the MMU lock
    /// @param pmlEntries pages that hardware noted and the host took
    /// @param pmlFullExits exits because hardware had no room to note more
    /// @param logBits pages that the log said were written to, where it was asked
    public record Counts(
            long slowFaults,
            long fastFaults,
            long spuriousFaults,
            long retries,
            long flushes,
            long splits,
            long recovered,
            long yields,
            long pmlEntries,
            long pmlFullExits,
            long logBits) {

        /// What came after `before` was counted.
        public Counts since(Counts before) {
            return new Counts(
                    slowFaults - before.slowFaults,
                    fastFaults - before.fastFaults,
                    spuriousFaults - before.spuriousFaults,
                    retries - before.retries,
                    flushes - before.flushes,
                    splits - before.splits,
                    recovered - before.recovered,
                    yields - before.yields,
                    pmlEntries - before.pmlEntries,
                    pmlFullExits - before.pmlFullExits,
                    logBits - before.logBits);
        }
    }

    /// How many times as long it took to end the log in one way as in the next.
    public record Ratio(String configuration, LogEnding of, LogEnding to, double disable) {}

    /// Each ending against the next of the same configuration. None of real threads: those would be
    /// ratios of what this machine's scheduler did.
    @JsonProperty("ratios")
    public List<Ratio> ratios() {
        List<Ratio> all = new ArrayList<>();
        for (int i = 0; engine() != EngineChoice.THREADS && i + 1 < runs.size(); i++) {
            Run of = runs.get(i);
            Run to = runs.get(i + 1);
            String name = of.configuration().name();
            double rest = to.seconds(Step.DISABLE);
            if (name.equals(to.configuration().name()) && rest > 0) {
                all.add(new Ratio(name, of.ending(), to.ending(), of.seconds(Step.DISABLE) / rest));
            }
        }
        return all;
    }
}
