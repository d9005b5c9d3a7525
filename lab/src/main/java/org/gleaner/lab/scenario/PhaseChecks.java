package org.gleaner.lab.scenario;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gleaner.lab.choice.Workload;
import org.gleaner.lab.size.Size;

/// What the phases of a guest's work must fulfil.
final class PhaseChecks {

    private static final int MOST_PHASES = 16;
    private static final int MOST_ROUNDS = 100;
    private static final int MOST_NANOS = 1_000_000_000;

    private final Neighbours scenario;
    private final Checks checks;
    private final String path;
    private final Neighbour guest;

    /// @param path of the guest in the scenario
    PhaseChecks(Neighbours scenario, Checks checks, String path, Neighbour guest) {
        this.scenario = scenario;
        this.checks = checks;
        this.path = path;
        this.guest = guest;
    }

    void check() {
        boolean asked = guest.workload() == Workload.PHASES;
        if (!asked && !guest.phases().isEmpty()) {
            throw checks.bad(
                    List.of(path + ".phases", path + ".workload"),
                    "a guest with workload " + guest.workload().label() + " goes through none",
                    "set workload: phases");
        }
        checks.count(path + ".phases", guest.phases().size(), asked ? 1 : 0, MOST_PHASES);
        checks.range(path + ".rounds", guest.rounds(), 1, MOST_ROUNDS);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < guest.phases().size(); i++) {
            phase(path + ".phases." + i, guest.phases().get(i), names);
        }
    }

    private void phase(String at, WorkPhase phase, Set<String> names) {
        checks.name(at + ".name", phase.name());
        if (!names.add(phase.name())) {
            throw checks.bad(
                    at + ".name", "'" + phase.name() + "' is taken", "give each its own name");
        }
        checks.range(at + ".passes", phase.passes(), 0, WorkPhase.MOST_PASSES);
        checks.range(at + ".millis", phase.millis(), 0, NeighbourChecks.MOST_MILLIS);
        checks.range(at + ".workNanos", phase.workNanos(), 0, MOST_NANOS);
        if ((phase.passes() == 0) == (phase.millis() == 0)) {
            throw checks.bad(
                    List.of(at + ".passes", at + ".millis"),
                    "passes " + phase.passes() + " and millis " + phase.millis(),
                    "say with one of them when it ends");
        }
        checks.count(at + ".touches", phase.touches().size(), 1, WorkPhase.MOST_TOUCHES);
        for (int i = 0; i < phase.touches().size(); i++) {
            touch(at + ".touches." + i, phase.touches().get(i));
        }
    }

    private void touch(String at, ObjectTouch touch) {
        int pageBytes = scenario.pageBytes();
        long pages = scenario.pages(guest);
        checks.range(at + ".times", touch.times(), 1, ObjectTouch.MOST_TIMES);
        checks.range(at + ".percent", touch.percent(), 1, ObjectTouch.ALWAYS);
        if (!(touch.object() instanceof Size.Bytes)
                || touch.objectBytes() > ObjectTouch.MOST_OBJECT) {
            throw checks.bad(
                    at + ".object",
                    touch.object() + " is no size of an object",
                    "give an amount of at most 1GiB");
        }
        long from = checks.resolved(at + ".from", () -> touch.from().pages(pages, pageBytes));
        long memory = checks.resolved(at + ".memory", () -> touch.memory().pages(pages, pageBytes));
        long populated = scenario.populatedPages(guest);
        if (from > populated || memory > populated - from) {
            throw checks.bad(
                    List.of(at + ".memory", at + ".from", path + ".populates"),
                    "reaches beyond the " + populated + " pages that the guest populates",
                    "give less, or populate more");
        }
        long least = touch.shared() ? 1 : guest.vcpus();
        if (touch.objects(pages, pageBytes) < least) {
            throw checks.bad(
                    List.of(at + ".memory", at + ".object"),
                    touch.memory() + " has not an object of " + touch.object() + " for each vcpu",
                    "give more memory, smaller objects, or shared: true");
        }
    }
}
