package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.gleaner.lab.size.Scale;

/// vCPUs write and read all of their memory while the host takes away the right to write and gives
/// it back, and while agers harvest accessed bits: the selftest `mmu_stress_test`. What is looked
/// for is a write that gets through after it was forbidden, a write that is lost, and the time it
/// all takes.
@JsonTypeName(MmuStress.KIND)
public record MmuStress(
        @JsonPropertyDescription("Files the results: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Seed of everything random.") long seed,
        @JsonPropertyDescription("Rounds of mprotect to read-only and back, 1 to 1000.")
                int protectRounds,
        @JsonPropertyDescription("CPUs that age guest memory all the while, 0 to 64.") int agers,
        HostSettings host,
        Guest guest,
        @JsonPropertyDescription("What is compared, each on a fresh host.")
                List<Configuration> configurations)
        implements Scenario {

    public static final String KIND = "mmu-stress";

    public MmuStress {
        configurations = List.copyOf(configurations);
    }

    @Override
    public boolean slotsShareMemory() {
        return true;
    }

    @Override
    public MmuStress withHost(HostSettings other) {
        return new MmuStress(name, seed, protectRounds, agers, other, guest, configurations);
    }

    @Override
    public MmuStress scaled(Scale scale) {
        return new MmuStress(
                name,
                seed,
                protectRounds,
                agers,
                host.scaled(scale, hostPages()),
                guest.scaled(scale),
                configurations);
    }
}
