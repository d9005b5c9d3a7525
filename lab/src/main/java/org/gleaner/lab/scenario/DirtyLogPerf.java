package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.gleaner.lab.choice.Hugetlb;
import org.gleaner.lab.choice.LogEnding;
import org.gleaner.lab.choice.LogMode;
import org.gleaner.lab.size.Scale;

/// vCPUs write their memory while the host logs which pages they write to, as for a migration, and
/// then the log ends: the selftest `dirty_log_perf_test`. What is timed and counted is the log's
/// price, from its first protection to the last huge leaf that is back.
@JsonTypeName(DirtyLogPerf.KIND)
public record DirtyLogPerf(
        @JsonPropertyDescription("Files the results: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Seed of everything random.") long seed,
        @JsonPropertyDescription("Passes over memory with the log on, 1 to 1000.") int iterations,
        @JsonPropertyDescription("How many of 100 accesses are writes, 0 to 100.") int writePercent,
        @JsonPropertyDescription(
                        "What it takes to count a logged page as clean again: non-manual, manual, initially-set.")
                LogMode mode,
        @JsonPropertyDescription("Whether hardware notes the pages that it makes dirty; with ept.")
                boolean pml,
        @JsonPropertyDescription("Whether huge leaves are split ahead of writes.")
                boolean eagerSplit,
        @JsonPropertyDescription(
                        "A pool of huge pages for guest memory, part of host.memory: none, 2m, 1g.")
                Hugetlb hugetlb,
        @JsonPropertyDescription("Whether the vCPUs go on writing while the log ends.")
                boolean runWhileDisabling,
        @JsonPropertyDescription("Ways to end the log that are compared, each on a fresh host.")
                List<LogEnding> endings,
        HostSettings host,
        Guest guest,
        @JsonPropertyDescription("What is compared, each on a fresh host.")
                List<Configuration> configurations)
        implements Scenario {

    public static final String KIND = "dirty-log-perf";

    public DirtyLogPerf {
        endings = List.copyOf(endings);
        configurations = List.copyOf(configurations);
    }

    @Override
    public boolean slotsShareMemory() {
        return false;
    }

    /// What the pool holds is no memory that a process could get, or lose.
    @Override
    public long backingPages() {
        return hugetlb == Hugetlb.NONE ? guestPages() : 0;
    }

    /// Host memory without the pool.
    @Override
    public long hostPages() {
        long pool = hugetlb == Hugetlb.NONE ? 0 : guestPages();
        return Math.max(1, host.memory().pages(guestPages(), pageBytes()) - pool);
    }

    @Override
    public DirtyLogPerf withHost(HostSettings other) {
        return new DirtyLogPerf(
                name,
                seed,
                iterations,
                writePercent,
                mode,
                pml,
                eagerSplit,
                hugetlb,
                runWhileDisabling,
                endings,
                other,
                guest,
                configurations);
    }

    @Override
    public DirtyLogPerf scaled(Scale scale) {
        return new DirtyLogPerf(
                name,
                seed,
                iterations,
                writePercent,
                mode,
                pml,
                eagerSplit,
                hugetlb,
                runWhileDisabling,
                endings,
                host.scaled(scale, hostPages()),
                guest.scaled(scale),
                configurations);
    }
}
