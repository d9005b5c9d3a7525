package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.gleaner.lab.size.Scale;

/// What to set up and run. The kind says which test's phases are run on it; the rest is common to
/// all kinds.
///
/// A scenario read by [ScenarioReader] is checked: sizes resolve, ranges hold, the memory suffices.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = MaxGuestMemory.class, name = MaxGuestMemory.KIND),
    @JsonSubTypes.Type(value = AccessTracking.class, name = AccessTracking.KIND),
    @JsonSubTypes.Type(value = MmuStress.class, name = MmuStress.KIND),
    @JsonSubTypes.Type(value = Neighbours.class, name = Neighbours.KIND),
    @JsonSubTypes.Type(value = PfnDesigns.class, name = PfnDesigns.KIND),
    @JsonSubTypes.Type(value = DirtyLogPerf.class, name = DirtyLogPerf.KIND),
    @JsonSubTypes.Type(value = DemandPaging.class, name = DemandPaging.KIND),
    @JsonSubTypes.Type(value = AcrossArchitectures.class, name = AcrossArchitectures.KIND)
})
public sealed interface Scenario
        permits MaxGuestMemory,
                AccessTracking,
                MmuStress,
                Neighbours,
                PfnDesigns,
                DirtyLogPerf,
                DemandPaging,
                AcrossArchitectures {

    /// Which test's phases are run: one of [ScenarioReader#KINDS].
    default String kind() {
        return switch (this) {
            case MaxGuestMemory _ -> MaxGuestMemory.KIND;
            case AccessTracking _ -> AccessTracking.KIND;
            case MmuStress _ -> MmuStress.KIND;
            case DirtyLogPerf _ -> DirtyLogPerf.KIND;
            case DemandPaging _ -> DemandPaging.KIND;
            case Neighbours _ -> Neighbours.KIND;
            case PfnDesigns _ -> PfnDesigns.KIND;
            case AcrossArchitectures _ -> AcrossArchitectures.KIND;
        };
    }

    /// What results are filed under: letters, digits, `.`, `_` and `-`.
    String name();

    /// The seed of everything random. The same scenario, seed and virtual engine give the same
    /// results to the bit.
    long seed();

    HostSettings host();

    /// The guest, or what each of several is that says nothing else.
    Guest guest();

    /// Memory of each guest in pages, as it sees it.
    default List<Long> guestSizes() {
        return List.of(guestPages());
    }

    /// Memory of all guests in pages, as they see it.
    default long allGuestPages() {
        return guestSizes().stream().mapToLong(Long::longValue).sum();
    }

    /// Memory of the guest of a name in pages; the only one needs none.
    default long pagesOf(String guest) {
        return guestPages();
    }

    /// vCPUs of all guests.
    default int vcpuCount() {
        return guest().vcpus();
    }

    /// What is compared: each is run by itself on a fresh host. At least one; their names differ.
    List<Configuration> configurations();

    /// The same with its memory at `scale`.
    Scenario scaled(Scale scale);

    /// The same on another host.
    Scenario withHost(HostSettings other);

    /// The same on the host of one of its configurations: what it counts in pages are that host's.
    default Scenario on(Configuration configuration) {
        return configuration.pageSize() == host().pageSize()
                ? this
                : withHost(host().withPageSize(configuration.pageSize()));
    }

    /// Bytes of the host's pages, which are what is counted here.
    default int pageBytes() {
        return host().pageSize().bytes();
    }

    /// Whether every slot of the guest maps the same host memory, as in KVM's own tests.
    boolean slotsShareMemory();

    /// Memory of [#guest] in pages.
    default long guestPages() {
        return guest().memory().pages(0, pageBytes());
    }

    /// One memslot in pages; the guest has [#guestPages] divided by this many slots.
    default long slotPages() {
        return guest().slotSize().pages(guestPages(), pageBytes());
    }

    /// Host memory that backs all guests, in pages: of each, one slot's worth if slots share it.
    default long backingPages() {
        return slotsShareMemory() ? slotPages() : allGuestPages();
    }

    /// Host memory in pages.
    default long hostPages() {
        return host().memory().pages(guestPages(), pageBytes());
    }

    /// `min_free_kbytes` in pages.
    default long minFreePages() {
        return host().watermarks().minFree().bytes(hostPages() * pageBytes()) / pageBytes();
    }

    /// Swap in pages; 0 without a device.
    default long swapPages() {
        Swap swap = host().swap();
        return swap.present() ? swap.size().pages(hostPages(), pageBytes()) : 0;
    }
}
