package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.util.List;
import org.gleaner.lab.size.Scale;

/// Several guests on one host, each in a memory cgroup of its own: who loses pages, and what do
/// limits and protections change about it?
@JsonTypeName(Neighbours.KIND)
public record Neighbours(
        @JsonPropertyDescription("Files the results: letters, digits, '.', '_' and '-'.")
                String name,
        @JsonPropertyDescription("Seed of everything random.") long seed,
        @JsonPropertyDescription("How long the guests run once all are populated, 1 to 600000.")
                int millis,
        @JsonPropertyDescription("How often it is looked what is resident, 1 to 1000.") int samples,
        HostSettings host,
        Guest guest,
        @JsonPropertyDescription("The guests, 1 to 64.") List<Neighbour> guests,
        @JsonPropertyDescription("What is compared, each on a fresh host.")
                List<Configuration> configurations)
        implements Scenario {

    public static final String KIND = "neighbours";

    public Neighbours {
        guests = List.copyOf(guests);
        configurations = List.copyOf(configurations);
    }

    @Override
    public boolean slotsShareMemory() {
        return false;
    }

    @Override
    public List<Long> guestSizes() {
        return guests.stream().map(this::pages).toList();
    }

    @Override
    public int vcpuCount() {
        return guests.stream().mapToInt(Neighbour::vcpus).sum();
    }

    /// Memory of one of the guests in pages.
    public long pages(Neighbour one) {
        return one.memory().pages(guestPages(), pageBytes());
    }

    /// Pages that one of the guests comes to have: what it writes before its work, and no more.
    public long populatedPages(Neighbour one) {
        return one.populates().pages(pages(one), pageBytes());
    }

    @Override
    public long backingPages() {
        return guests.stream().mapToLong(this::populatedPages).sum();
    }

    /// A memslot of one of the guests in pages.
    public long slotPages(Neighbour one) {
        return guest.slotSize().pages(pages(one), pageBytes());
    }

    @Override
    public long pagesOf(String one) {
        return guests.stream()
                .filter(each -> each.name().equals(one))
                .mapToLong(this::pages)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public Neighbours withHost(HostSettings other) {
        return new Neighbours(name, seed, millis, samples, other, guest, guests, configurations);
    }

    @Override
    public Neighbours scaled(Scale scale) {
        return new Neighbours(
                name,
                seed,
                millis,
                samples,
                host.scaled(scale, hostPages()),
                guest.scaled(scale),
                guests.stream().map(each -> each.scaled(scale, guest)).toList(),
                configurations);
    }
}
