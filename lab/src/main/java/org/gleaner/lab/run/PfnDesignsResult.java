package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.PfnDesigns;
import org.jspecify.annotations.Nullable;

/// What came out of [PfnDesigns].
///
/// @param runs one for each configuration, in their order
public record PfnDesignsResult(
        @JsonUnwrapped Setting<PfnDesigns> setting, List<Run> runs, @JsonUnwrapped Course course)
        implements ScenarioResult {

    public PfnDesignsResult {
        runs = List.copyOf(runs);
    }

    /// One configuration, run.
    ///
    /// @param seconds of its phases
    /// @param device what became of the guest's uses of a driver's frames
    /// @param flushes of all vCPUs' translations that were asked for
    /// @param loggedPages that the reads of the dirty log answered, all together
    /// @param youngPages that the aging pass found
    /// @param vmstat what the kernel's counters of these names grew by
    /// @param commands of the scenario that were written in time
    /// @param statistics of all phases; null with real threads
    public record Run(
            Configuration configuration,
            Seconds seconds,
            Faults faults,
            Marks marks,
            References references,
            Device device,
            long flushes,
            long loggedPages,
            long youngPages,
            Map<String, Long> vmstat,
            List<CommandResult> commands,
            @Nullable RunStatistics statistics)
            implements MeasuredRun {

        public Run {
            vmstat = Vmstat.copyOf(vmstat);
            commands = List.copyOf(commands);
        }
    }

    /// How long the phases took.
    ///
    /// @param populate the first write of every page
    /// @param age one look at every page's idle bit
    /// @param again every page is written once more
    /// @param log the rounds of the dirty log, its beginning and its end
    /// @param device the rounds in which a driver's frames are used
    public record Seconds(double populate, double age, double again, double log, double device) {

        /// All phases.
        public double all() {
            return populate + age + again + log + device;
        }
    }

    /// What became of the guest's faults.
    ///
    /// @param installed that mapped a page
    /// @param fast that gave an entry back what aging or the log had taken
    /// @param spurious that had nothing to do
    /// @param retries that an invalidation overtook
    public record Faults(long installed, long fast, long spurious, long retries) {}

    /// Marks that KVM made on host pages, by what made it.
    public record Marks(
            long accessedByFaults,
            long accessedByZaps,
            long dirtyByFaults,
            long dirtyByZaps,
            long dirtyByLog,
            long dirtyByAging) {

        /// All of them.
        public long all() {
            return accessedByFaults
                    + accessedByZaps
                    + dirtyByFaults
                    + dirtyByZaps
                    + dirtyByLog
                    + dirtyByAging;
        }
    }

    /// What faults asked of the host.
    ///
    /// @param lookups of host pages
    /// @param gets references taken
    /// @param puts references given back
    /// @param guesses frames that were taken for counted pages
    public record References(long lookups, long gets, long puts, long guesses) {}

    /// Uses of a driver's frames.
    ///
    /// @param done that went through
    /// @param refused that ended the guest's run with an error (`-EFAULT`)
    public record Device(long done, long refused) {}
}
