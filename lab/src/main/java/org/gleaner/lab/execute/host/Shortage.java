package org.gleaner.lab.execute.host;

import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.scenario.MoreSwap;
import org.gleaner.lab.scenario.Scenario;

/// Why the OOM killer came, and what would keep it away.
public final class Shortage {

    private Shortage() {}

    /// One sentence, to follow the name of the configuration.
    ///
    /// @param minTtlMillis `lru_gen/min_ttl_ms` as it was at the end
    public static String of(Scenario scenario, HostShare share, long minTtlMillis) {
        boolean fits = scenario.swapPages() >= scenario.backingPages() - share.usablePages();
        if (fits && minTtlMillis > 0) {
            return "the OOM killer ended the guest, for min_ttl_ms "
                    + minTtlMillis
                    + " forbids to evict what was used since; a shorter time, 0 for none, would help";
        }
        return "the host ran out of memory and swap, and the OOM killer ended the guest; "
                + MoreSwap.settings(scenario)
                        .map(settings -> "more swap would help: " + settings)
                        .orElse("more host.memory would help");
    }
}
