package org.gleaner.lab.scenario;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.FaultMode;
import org.gleaner.lab.choice.PageSupplier;

/// What a scenario of which user space supplies the pages must fulfil.
final class DemandPagingChecks {
    private static final int MOST_DELAY_MICROS = 1_000_000;

    private final DemandPaging scenario;
    private final Checks checks;

    DemandPagingChecks(DemandPaging scenario, Checks checks) {
        this.scenario = scenario;
        this.checks = checks;
    }

    void check() {
        checks.range("readers", scenario.readers(), 0, Checks.MOST_CPUS);
        checks.range("delay", scenario.delay(), 0, MOST_DELAY_MICROS);
        suppliers();
        if (scenario.mode() == FaultMode.MINOR && scenario.guest().backing() != Backing.MEMFD) {
            throw checks.bad(
                    List.of("mode", "guest.backing"),
                    "pages that a file has, of memory that is no file's",
                    "use guest.backing: memfd, or mode: missing");
        }
        if (scenario.backingPages() > scenario.hostPages() * 3 / 4) {
            throw checks.bad(
                    List.of("host.memory", "guest.memory"),
                    "no room for all of the guest, and pages that come back from swap are not"
                            + " supplied",
                    "give host.memory: 150% or more");
        }
        checks.tasks(
                List.of("readers", "guest.vcpus"),
                "vcpus and readers",
                (long) scenario.guest().vcpus() + scenario.allReaders());
    }

    private void suppliers() {
        List<PageSupplier> all = scenario.suppliers();
        checks.count("suppliers", all.size(), 1, PageSupplier.values().length);
        Set<PageSupplier> seen = EnumSet.noneOf(PageSupplier.class);
        for (PageSupplier each : all) {
            if (!seen.add(each)) {
                throw checks.bad(
                        "suppliers", "'" + each.label() + "' stands twice", "name each once");
            }
        }
    }
}
