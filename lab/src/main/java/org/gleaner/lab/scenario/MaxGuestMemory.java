package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.gleaner.lab.choice.Ablation;
import org.gleaner.lab.size.Scale;

/// Every vCPU writes its share of a guest as large as the host, twice: the selftest
/// `max_guest_memory_test`. Between the two runs all secondary page tables are torn down, so that
/// the second is reclaim and faults and little else.
@JsonTypeName(MaxGuestMemory.KIND)
public record MaxGuestMemory(
        @JsonPropertyDescription("Files the results: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Seed of everything random.") long seed,
        HostSettings host,
        Guest guest,
        @JsonPropertyDescription("What is compared, each on a fresh host.")
                List<Configuration> configurations,
        @JsonPropertyDescription("What 'gleaner run --ablate' takes out, one at a time.")
                List<Ablation> ablations)
        implements Scenario {

    public static final String KIND = "max-guest-memory";

    public MaxGuestMemory {
        configurations = List.copyOf(configurations);
        ablations = List.copyOf(ablations);
    }

    @Override
    public boolean slotsShareMemory() {
        return true;
    }

    @Override
    public MaxGuestMemory withHost(HostSettings other) {
        return new MaxGuestMemory(name, seed, other, guest, configurations, ablations);
    }

    @Override
    public MaxGuestMemory scaled(Scale scale) {
        return new MaxGuestMemory(
                name,
                seed,
                host.scaled(scale, hostPages()),
                guest.scaled(scale),
                configurations,
                ablations);
    }
}
