package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.gleaner.lab.choice.FaultMode;
import org.gleaner.lab.choice.PageSupplier;
import org.gleaner.lab.size.Scale;

/// vCPUs write memory of which user space supplies every page at its first touch, as after a
/// post-copy migration: the selftest `demand_paging_test`. What is timed is how many pages a second
/// come, and by whom.
@JsonTypeName(DemandPaging.KIND)
public record DemandPaging(
        @JsonPropertyDescription("Files the results: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Seed of everything random.") long seed,
        @JsonPropertyDescription("Of what pages faults wait: missing, minor.") FaultMode mode,
        @JsonPropertyDescription("Whether all vCPUs share one userfaultfd, or each has its own.")
                boolean single,
        @JsonPropertyDescription(
                        "Threads that read from each userfaultfd, 1 to 1024; 0: as many as it has vCPUs.")
                int readers,
        @JsonPropertyDescription(
                        "Microseconds that user space sleeps before it supplies a page, 0 to 1000000.")
                int delay,
        @JsonPropertyDescription("Who supplies pages, compared, each on a fresh host.")
                List<PageSupplier> suppliers,
        HostSettings host,
        Guest guest,
        @JsonPropertyDescription("What is compared, each on a fresh host.")
                List<Configuration> configurations)
        implements Scenario {

    public static final String KIND = "demand-paging";

    public DemandPaging {
        suppliers = List.copyOf(suppliers);
        configurations = List.copyOf(configurations);
    }

    /// How many userfaultfds there are.
    public int userfaults() {
        return single ? 1 : guest.vcpus();
    }

    /// Threads that read from each of them.
    public int readersEach() {
        return readers > 0 ? readers : guest.vcpus() / userfaults();
    }

    /// Threads that read, of all userfaultfds; none where nobody waits in one.
    public int allReaders() {
        return suppliers.contains(PageSupplier.USERFAULT) ? readersEach() * userfaults() : 0;
    }

    /// What a run is called, of those that differ by configuration and supplier.
    public String label(Configuration configuration, PageSupplier supplier) {
        return configurations.size() == 1
                ? supplier.label()
                : configuration.name() + "-" + supplier.label();
    }

    @Override
    public boolean slotsShareMemory() {
        return false;
    }

    @Override
    public DemandPaging withHost(HostSettings other) {
        return new DemandPaging(
                name, seed, mode, single, readers, delay, suppliers, other, guest, configurations);
    }

    @Override
    public DemandPaging scaled(Scale scale) {
        return new DemandPaging(
                name,
                seed,
                mode,
                single,
                readers,
                delay,
                suppliers,
                host.scaled(scale, hostPages()),
                guest.scaled(scale),
                configurations);
    }
}
