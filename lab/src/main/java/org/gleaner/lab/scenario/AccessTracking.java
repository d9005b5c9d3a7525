package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.gleaner.lab.choice.Tracking;
import org.gleaner.lab.size.Scale;

/// Guest memory is touched and marked idle in turn, and what the tracker saw is counted: the
/// selftest `access_tracking_perf_test`. With `benchmark`, aging passes run as fast as they can
/// while the guest populates its memory, and the two are timed against each other.
@JsonTypeName(AccessTracking.KIND)
public record AccessTracking(
        @JsonPropertyDescription("Files the results: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Seed of everything random.") long seed,
        @JsonPropertyDescription("How the tracker asks which pages were used.") Tracking tracking,
        @JsonPropertyDescription("Whether all vCPUs touch one region instead of a share each.")
                boolean overlap,
        @JsonPropertyDescription("Whether to time aging passes against the populating guest.")
                boolean benchmark,
        HostSettings host,
        Guest guest,
        @JsonPropertyDescription("What is compared, each on a fresh host.")
                List<Configuration> configurations)
        implements Scenario {

    public static final String KIND = "access-tracking";

    public AccessTracking {
        configurations = List.copyOf(configurations);
    }

    @Override
    public boolean slotsShareMemory() {
        return false;
    }

    @Override
    public AccessTracking withHost(HostSettings other) {
        return new AccessTracking(
                name, seed, tracking, overlap, benchmark, other, guest, configurations);
    }

    @Override
    public AccessTracking scaled(Scale scale) {
        return new AccessTracking(
                name,
                seed,
                tracking,
                overlap,
                benchmark,
                host.scaled(scale, hostPages()),
                guest.scaled(scale),
                configurations);
    }
}
