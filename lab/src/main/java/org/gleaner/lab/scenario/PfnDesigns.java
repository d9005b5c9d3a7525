package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.gleaner.lab.size.Scale;

/// One guest does all that makes KVM look up host pages and mark them: it populates more memory
/// than its host has, is aged, touches all again, is logged, and uses a
/// driver's frames. What is compared is how KVM gets hold
/// of the pages, and what it tells them.
@JsonTypeName(PfnDesigns.KIND)
public record PfnDesigns(
        @JsonPropertyDescription("Files the results: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Seed of everything random.") long seed,
        @JsonPropertyDescription(
                        "Rounds in which the guest writes all and its dirty log is read, 1 to 100.")
                int logRounds,
        @JsonPropertyDescription(
                        "Frames of a driver that the guest maps too: a power of two up to 512, or 0.")
                int devicePages,
        HostSettings host,
        Guest guest,
        @JsonPropertyDescription("What is compared, each on a fresh host.")
                List<Configuration> configurations)
        implements Scenario {

    public static final String KIND = "pfn-designs";

    public PfnDesigns {
        configurations = List.copyOf(configurations);
    }

    @Override
    public boolean slotsShareMemory() {
        return false;
    }

    @Override
    public PfnDesigns withHost(HostSettings other) {
        return new PfnDesigns(name, seed, logRounds, devicePages, other, guest, configurations);
    }

    @Override
    public PfnDesigns scaled(Scale scale) {
        return new PfnDesigns(
                name,
                seed,
                logRounds,
                devicePages,
                host.scaled(scale, hostPages()),
                guest.scaled(scale),
                configurations);
    }
}
