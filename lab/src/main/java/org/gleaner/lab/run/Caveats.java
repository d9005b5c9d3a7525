package org.gleaner.lab.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;

/// What keeps a scenario's figures from meaning what they seem to: assumptions that a reader must
/// not overlook.
public final class Caveats {

    /// Pages that a vCPU reclaims at a time, on a host of any size: `SWAP_CLUSTER_MAX`.
    private static final int BATCH = 32;

    /// Of what lies between the watermarks, how often it may be reclaimed at once: with more, times
    /// move by more than a seed moves them.
    private static final int TIMES = 4;

    /// A host of which the guests want more than this reclaims.
    private static final double FULL = 0.9;

    private Caveats() {}

    /// Of a result, one line each; empty if there are none.
    public static List<String> of(ScenarioResult result) {
        return of(result.scenario(), result.scale(), result.engine());
    }

    /// Of what is run.
    ///
    /// @param scenario at `scale`
    public static List<String> of(Scenario scenario, Scale scale, EngineChoice engine) {
        List<String> all = new ArrayList<>();
        if (engine == EngineChoice.THREADS) {
            all.add("engine threads: seconds are wall times of this machine, without ratios");
        }
        long between =
                scenario.configurations().stream()
                        .mapToLong(each -> betweenWatermarks(scenario.on(each)))
                        .min()
                        .orElseThrow();
        long atOnce = (long) BATCH * scenario.vcpuCount();
        boolean reclaims = scenario.backingPages() > FULL * scenario.hostPages();
        if (!scale.equals(Scale.FULL) && reclaims && atOnce > TIMES * between) {
            all.add(
                    String.format(
                            Locale.ROOT,
                            "scale %s is coarse: the vCPUs reclaim up to %,d pages at once, and %,d lie"
                                    + " between the watermarks (%,d at full size); times may be off by tens"
                                    + " of per cent and more: docs/results.md",
                            scale,
                            atOnce,
                            between,
                            between * scale.whole() / scale.part()));
        }
        return all;
    }

    /// From `low`, where kswapd starts, to `high`, where it stops, and as much again below; in the
    /// host's pages.
    private static long betweenWatermarks(Scenario scenario) {
        long share = scenario.hostPages() * scenario.host().watermarks().scaleFactor() / 10_000;
        return 2 * Math.max(scenario.minFreePages() / 4, Math.max(1, share));
    }
}
