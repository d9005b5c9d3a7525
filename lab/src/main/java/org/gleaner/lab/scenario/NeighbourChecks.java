package org.gleaner.lab.scenario;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gleaner.lab.choice.Workload;

/// What several guests must fulfil.
final class NeighbourChecks {

    private static final int MOST_GUESTS = 64;
    static final int MOST_MILLIS = 600_000;
    private static final int MOST_SAMPLES = 1000;

    private final Neighbours scenario;
    private final Checks checks;

    NeighbourChecks(Neighbours scenario, Checks checks) {
        this.scenario = scenario;
        this.checks = checks;
    }

    /// Before anything is computed from what the guests have.
    void sizes() {
        for (int i = 0; i < scenario.guests().size(); i++) {
            Neighbour guest = scenario.guests().get(i);
            String path = "guests." + i;
            checks.range(path + ".vcpus", guest.vcpus(), 1, Checks.MOST_CPUS);
            String memory = path + ".memory";
            long pages = checks.resolved(memory, () -> scenario.pages(guest));
            checks.holds(List.of(memory, path + ".vcpus"), pages, guest.vcpus());
            populated(path, guest, pages);
            checks.slots(memory, pages, () -> scenario.slotPages(guest));
        }
    }

    private void populated(String path, Neighbour guest, long pages) {
        long populated = checks.resolved(path + ".populates", () -> scenario.populatedPages(guest));
        if (populated > pages || populated < guest.vcpus()) {
            throw checks.bad(
                    List.of(path + ".populates", path + ".memory", "guest.memory"),
                    populated + " pages of " + pages + " for " + guest.vcpus() + " vcpus",
                    "give at most its memory, and at least a page for each vcpu");
        }
    }

    void check() {
        checks.range("millis", scenario.millis(), 1, MOST_MILLIS);
        checks.range("samples", scenario.samples(), 1, MOST_SAMPLES);
        List<Neighbour> all = scenario.guests();
        checks.count("guests", all.size(), 1, MOST_GUESTS);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            guest("guests." + i, all.get(i), names);
        }
    }

    private void guest(String path, Neighbour guest, Set<String> names) {
        checks.name(path + ".name", guest.name());
        if (!names.add(guest.name())) {
            throw checks.bad(
                    path + ".name", "'" + guest.name() + "' is taken", "give each its own name");
        }
        checks.range(path + ".pauseNanos", guest.pauseNanos(), 0, Neighbour.MOST_PAUSE);
        new PhaseChecks(scenario, checks, path, guest).check();
        int vcpus = guest.vcpus();
        long memory = scenario.pages(guest);
        long set =
                checks.resolved(
                        path + ".workingSet",
                        () -> guest.workingSet().pages(memory, scenario.pageBytes()));
        boolean uses = guest.workload() != Workload.PHASES;
        long most = uses ? scenario.populatedPages(guest) : memory;
        if (set > most || set < vcpus) {
            throw checks.bad(
                    List.of(path + ".workingSet", path + ".memory", "guest.memory"),
                    set + " pages of " + most + " for " + vcpus + " vcpus",
                    "give at most "
                            + (most < memory ? "what it populates" : "its memory")
                            + ", and at least a page (4KiB) for each vcpu");
        }
        checks.resolved(path + ".max", () -> guest.max().pages(memory, scenario.pageBytes()));
        checks.resolved(path + ".high", () -> guest.high().pages(memory, scenario.pageBytes()));
        checks.resolved(path + ".low", () -> guest.low().pages(memory, scenario.pageBytes()));
        checks.resolved(path + ".min", () -> guest.min().pages(memory, scenario.pageBytes()));
        checks.resolved(
                path + ".swapMax", () -> guest.swapMax().pages(memory, scenario.pageBytes()));
    }
}
