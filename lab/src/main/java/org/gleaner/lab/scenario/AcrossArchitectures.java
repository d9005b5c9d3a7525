package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;

/// One guest that its host has too little memory for, on processors that age and map it in
/// different ways. Its vCPUs access it by Zipf's law, round after round; as each begins, an aging
/// pass is asked for. What is compared is what the same accesses cost.
@JsonTypeName(AcrossArchitectures.KIND)
public record AcrossArchitectures(
        @JsonPropertyDescription("Files the results: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Seed of everything random.") long seed,
        @JsonPropertyDescription(
                        "Rounds, each with its accesses and an aging pass at its beginning, 1 to 1000.")
                int rounds,
        @JsonPropertyDescription(
                        "Accesses of 4 KiB in a round, in percent of the guest's 4 KiB pages, 1 to 10000.")
                int accessPercent,
        @JsonPropertyDescription("How many of the accesses write, 0 to 100 percent.")
                int writePercent,
        @JsonPropertyDescription(
                        "Memory lies together in pieces of this size that is about as hot; a share is of the guest's memory.")
                Size pieces,
        HostSettings host,
        Guest guest,
        @JsonPropertyDescription("What is compared, each on a fresh host.")
                List<Configuration> configurations)
        implements Scenario {

    public static final String KIND = "architectures";

    public AcrossArchitectures {
        configurations = List.copyOf(configurations);
    }

    @Override
    public boolean slotsShareMemory() {
        return false;
    }

    /// The guest's memory in the 4 KiB that accesses are of, whatever a page of the host is.
    public long guestAccesses() {
        return guest.memory().pages(0);
    }

    /// Memory that is about as hot and lies together, in 4 KiB.
    public long pieceAccesses() {
        return pieces.pages(guestAccesses());
    }

    /// Accesses of all vCPUs in a round.
    public long roundAccesses() {
        return Math.max(guest.vcpus(), guestAccesses() * accessPercent / 100);
    }

    @Override
    public AcrossArchitectures withHost(HostSettings other) {
        return new AcrossArchitectures(
                name,
                seed,
                rounds,
                accessPercent,
                writePercent,
                pieces,
                other,
                guest,
                configurations);
    }

    @Override
    public AcrossArchitectures scaled(Scale scale) {
        return new AcrossArchitectures(
                name,
                seed,
                rounds,
                accessPercent,
                writePercent,
                pieces,
                host.scaled(scale, hostPages()),
                guest.scaled(scale),
                configurations);
    }
}
