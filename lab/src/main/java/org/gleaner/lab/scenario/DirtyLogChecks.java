package org.gleaner.lab.scenario;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Hugetlb;
import org.gleaner.lab.choice.LogEnding;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.PteFormatChoice;
import org.gleaner.lab.size.Size;

/// What a scenario that logs dirty pages must fulfil.
final class DirtyLogChecks {

    private static final int MOST_ITERATIONS = 1000;

    private final DirtyLogPerf scenario;
    private final Checks checks;

    DirtyLogChecks(DirtyLogPerf scenario, Checks checks) {
        this.scenario = scenario;
        this.checks = checks;
    }

    void check() {
        checks.range("iterations", scenario.iterations(), 1, MOST_ITERATIONS);
        checks.range("writePercent", scenario.writePercent(), 0, 100);
        endings();
        boolean arm64 =
                scenario.configurations().stream().anyMatch(c -> c.arch() == ArchChoice.ARM64);
        if (scenario.pml() && arm64) {
            throw checks.bad(
                    List.of("pml", "host.arch", "configurations"),
                    "no hardware of arm64 notes what it makes dirty",
                    "use pml: false");
        }
        PteFormatChoice format = scenario.guest().format();
        if (scenario.pml() && format != PteFormatChoice.EPT) {
            throw checks.bad(
                    List.of("pml", "guest.format"),
                    "no hardware with " + format.label() + " notes what it makes dirty",
                    "use pml: false, or guest.format: ept");
        }
    }

    private void endings() {
        List<LogEnding> all = scenario.endings();
        checks.count("endings", all.size(), 1, LogEnding.values().length);
        Set<LogEnding> seen = EnumSet.noneOf(LogEnding.class);
        for (LogEnding each : all) {
            if (!seen.add(each)) {
                throw checks.bad(
                        "endings", "'" + each.label() + "' stands twice", "name each once");
            }
        }
    }

    /// Before anything is computed from what the pool leaves: slots are cut from whole huge pages,
    /// as `mmap` of them demands, and all of them are host memory.
    void pool() {
        Hugetlb pool = scenario.hugetlb();
        if (pool == Hugetlb.NONE) {
            return;
        }
        if (scenario.configurations().stream()
                .anyMatch(c -> c.pageSize() != PageSizeChoice.KIB_4)) {
            throw checks.bad(
                    List.of("hugetlb", "host.pageSize", "configurations"),
                    "pools of " + pool.label() + " pages are for base pages of 4KiB",
                    "use hugetlb: none, or pageSize: 4KiB");
        }
        if (scenario.slotPages() % pool.pages() != 0) {
            throw checks.bad(
                    List.of("guest.slotSize", "hugetlb", "guest.memory"),
                    "slots of "
                            + size(scenario.slotPages())
                            + " are not made of huge pages of "
                            + size(pool.pages()),
                    "give slots a multiple of that, or use smaller pages");
        }
        long host =
                checks.resolved(
                        "host.memory",
                        () ->
                                scenario.host()
                                        .memory()
                                        .pages(scenario.guestPages(), scenario.pageBytes()));
        if (host <= scenario.guestPages()) {
            throw checks.bad(
                    List.of("host.memory", "hugetlb", "guest.memory"),
                    size(host) + " have no room for a pool of " + size(scenario.guestPages()),
                    "give more, or less guest.memory");
        }
    }

    private String size(long pages) {
        return Size.approximately(pages * scenario.pageBytes());
    }
}
