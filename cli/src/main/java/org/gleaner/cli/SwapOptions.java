package org.gleaner.cli;

import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.scenario.HostSettings;
import org.gleaner.lab.scenario.Swap;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of `gleaner replay` that say where memory goes that there is no room for.
final class SwapOptions {

    @Option(
            names = "--swap",
            paramLabel = "DEVICE",
            defaultValue = "zram",
            description =
                    "zram, disk (a virtual one, which says that it rotates), ssd, optane, or none, "
                            + "where a limit that is too small kills (default: zram).")
    private SwapDeviceChoice swap = SwapDeviceChoice.ZRAM;

    @Option(
            names = "--swap-size",
            paramLabel = "SIZE",
            description =
                    "Size of swap, as for --memory (default: 2GiB, or 300%% of the pages touched "
                            + "if that is more).")
    private @Nullable Size swapSize;

    @Option(
            names = "--swappiness",
            paramLabel = "N",
            defaultValue = "60",
            description =
                    "vm.swappiness, 0 to 200; at 0 the limit's reclaim does not swap at all "
                            + "(default: 60).")
    private int swappiness = ReplayRequest.DEFAULT_SWAPPINESS;

    @Option(
            names = "--page-cluster",
            paramLabel = "K",
            defaultValue = "0",
            description =
                    "A swap-in reads up to 2^K pages, 0 to 9; on zram only a memfd's "
                            + "(default: 0).")
    private int pageCluster;

    SwapDeviceChoice device() {
        return swap;
    }

    int swappiness() {
        return swappiness;
    }

    int pageCluster() {
        return pageCluster;
    }

    /// Pages of swap for a trace; 0 if there is none.
    long pages(Trace trace, PageSizeChoice page) {
        if (swap == SwapDeviceChoice.NONE) {
            return 0;
        }
        return swapSize != null
                ? MemoryOptions.pages("--swap-size", swapSize, trace)
                : ReplayRequest.ampleSwap(trace, page);
    }

    /// Pages of swap for traces together; 0 if there is none.
    long pages(TogetherPlan together, PageSizeChoice page) {
        return swap == SwapDeviceChoice.NONE ? 0 : together.swapPages(swapSize, page);
    }

    /// What each option allows but their combination does not.
    void check() {
        if (swap == SwapDeviceChoice.NONE && swapSize != null) {
            throw new BadInput("--swap-size", "there is no swap", "leave it out, or --swap none");
        }
        InRange.check("--swappiness", swappiness, 0, HostSettings.MOST_SWAPPINESS);
        InRange.check("--page-cluster", pageCluster, 0, Swap.MOST_CLUSTER);
    }
}
