package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.Combination;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.scenario.HostSettings;
import org.gleaner.lab.scenario.Swap;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of `gleaner replay` that say how a trace is replayed.
final class ReplayOptions {

    @Option(
            names = "--memory",
            required = true,
            paramLabel = "SIZE",
            converter = Each.Sizes.class,
            description =
                    "The limit: 256GiB, 64M, 16384p (pages), or 50%% of the pages touched. Four of"
                            + " its pages are the kernel's, as in a cgroup. Several,"
                            + " such as 80%%,60%%,40%%, are compared; so are those of --lru, --kernel,"
                            + " --through and --aging.")
    private Each<Size> memory = new Each<>(List.of());

    @Option(
            names = "--lru",
            paramLabel = "LRU",
            defaultValue = "mglru",
            converter = Each.Lrus.class,
            description = "mglru or classic (default: mglru).")
    private Each<Lru> lru = new Each<>(List.of(Lru.MGLRU));

    @Option(
            names = "--kernel",
            paramLabel = "VERSION",
            defaultValue = "6.12",
            converter = Each.Kernels.class,
            description = "Whose reclaim rules: 6.1, 6.12, 6.18 or 7.2 (default: 6.12).")
    private Each<Kernel> kernel = new Each<>(List.of(Kernel.V6_12));

    @Option(
            names = "--through",
            paramLabel = "WAY",
            defaultValue = "host",
            converter = Each.Ways.class,
            description = "host: a process touches the pages; kvm: a guest does (default: host).")
    private Each<Through> through = new Each<>(List.of(Through.HOST));

    @Option(
            names = "--backing",
            paramLabel = "BACKING",
            defaultValue = "anon",
            description = "anon or memfd (default: anon).")
    private Backing backing = Backing.ANON;

    @Option(
            names = "--thp",
            paramLabel = "WHEN",
            defaultValue = "never",
            description =
                    "Huge pages for anonymous memory: never or always, at the first touch of an "
                            + "aligned 2 MiB (default: never).")
    private Thp thp = Thp.NEVER;

    @Option(
            names = "--swap",
            paramLabel = "DEVICE",
            defaultValue = "zram",
            description =
                    "zram, disk (a virtual one, which says that it rotates), ssd, or none, where "
                            + "a limit that is too small kills (default: zram).")
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

    @Option(
            names = "--lru-gen",
            paramLabel = "BITS",
            description =
                    "/sys/kernel/mm/lru_gen/enabled: 0x1 on, 0x2 page-table walks, 0x4 non-leaf bits, "
                            + "0x8 walks of secondary tables where --aging has the choice "
                            + "(default: all).")
    private @Nullable LruGenChoice lruGen;

    @Option(
            names = "--age-every",
            paramLabel = "N",
            defaultValue = "0",
            description = "Force an aging pass every N accesses, 0 for never (default: 0).")
    private long ageEvery;

    @Option(
            names = "--aging",
            paramLabel = "DESIGN",
            converter = Each.Designs.class,
            description =
                    "How the host asks KVM for young pages: locked-flush, locked, v1, v2, v3, "
                            + "v5-fast-only, v6-fast-only, merged or two-bitmaps "
                            + "(default: the kernel's own).")
    private @Nullable Each<AgingChoice> aging;

    /// Every trace with every combination of what has several values, the last option's next to
    /// each other.
    ///
    /// @param seeds to replay each with
    List<Combination> combinations(List<Trace> traces, EngineChoice engine, List<Long> seeds) {
        List<Combination> all = new ArrayList<>();
        for (Trace trace : traces) {
            for (Size size : memory.values()) {
                long pages = pages("--memory", size, trace);
                for (Kernel version : kernel.values()) {
                    for (Lru list : lru.values()) {
                        for (Through way : through.values()) {
                            for (AgingChoice design : designs(version)) {
                                Chosen one = new Chosen(size, pages, version, list, way, design);
                                all.add(combination(trace, one, engine, seeds));
                            }
                        }
                    }
                }
            }
        }
        return all;
    }

    /// One value of each option that may have several.
    private record Chosen(
            Size memory, long pages, Kernel kernel, Lru lru, Through through, AgingChoice aging) {}

    private List<AgingChoice> designs(Kernel version) {
        return aging != null ? aging.values() : List.of(version.aging());
    }

    private Combination combination(
            Trace trace, Chosen one, EngineChoice engine, List<Long> seeds) {
        return new Combination(
                name(trace, one),
                seeds.stream().map(seed -> request(trace, one, engine, seed)).toList());
    }

    private String name(Trace trace, Chosen one) {
        List<String> words = new ArrayList<>(List.of(trace.name()));
        if (memory.several()) {
            words.add(one.memory().toString());
        }
        if (kernel.several()) {
            words.add(one.kernel().label());
        }
        if (lru.several()) {
            words.add(one.lru().label());
        }
        if (through.several()) {
            words.add(one.through().label());
        }
        if (aging != null && aging.several()) {
            words.add(one.aging().label());
        }
        return String.join(" ", words);
    }

    private ReplayRequest request(Trace trace, Chosen one, EngineChoice engine, long seed) {
        LruGenChoice asked = lruGen != null ? lruGen : LruGenChoice.ALL;
        return new ReplayRequest(
                trace,
                one.pages(),
                one.lru(),
                (one.lru() == Lru.MGLRU ? asked : LruGenChoice.NONE).shownWith(one.aging()),
                one.kernel(),
                one.through(),
                one.aging(),
                backing,
                thp,
                swap,
                swapPages(trace),
                pageCluster,
                swappiness,
                ageEvery,
                engine,
                seed);
    }

    private static long pages(String option, Size size, Trace trace) {
        try {
            return size.pages(trace.distinctPages());
        } catch (BadInput bad) {
            throw bad.at(option + " " + size + " of " + trace.name());
        }
    }

    private long swapPages(Trace trace) {
        if (swap == SwapDeviceChoice.NONE) {
            return 0;
        }
        return swapSize != null
                ? pages("--swap-size", swapSize, trace)
                : ReplayRequest.ampleSwap(trace);
    }

    /// What each option allows but their combination does not.
    void check() {
        if (swap == SwapDeviceChoice.NONE && swapSize != null) {
            throw new BadInput("--swap-size", "there is no swap", "leave it out, or --swap none");
        }
        if (swappiness < 0 || swappiness > HostSettings.MOST_SWAPPINESS) {
            throw new BadInput(
                    "--swappiness",
                    swappiness + " is out of range",
                    "give 0 to " + HostSettings.MOST_SWAPPINESS);
        }
        if (pageCluster < 0 || pageCluster > Swap.MOST_CLUSTER) {
            throw new BadInput(
                    "--page-cluster",
                    pageCluster + " is out of range",
                    "give 0 to " + Swap.MOST_CLUSTER);
        }
        if (thp == Thp.ALWAYS && backing == Backing.MEMFD) {
            throw new BadInput(
                    "--thp always", "a memfd gets no huge pages", "use --backing anon, or never");
        }
        if (ageEvery < 0) {
            throw new BadInput("--age-every", ageEvery + " is less than 0", "give 0 for never");
        }
        if (lru.values().contains(Lru.CLASSIC) && (lruGen != null || ageEvery > 0)) {
            throw new BadInput(
                    lruGen != null ? "--lru-gen" : "--age-every",
                    "classic reclaim has no generations",
                    "use --lru mglru alone, or leave it out");
        }
        if (lruGen != null && !lruGen.enabled()) {
            throw new BadInput(
                    "--lru-gen",
                    lruGen + " switches mglru off",
                    "set bit 0x1, or use --lru classic");
        }
        if (aging != null && through.values().contains(Through.HOST)) {
            throw new BadInput(
                    "--aging", "only a guest's pages are asked for", "use --through kvm");
        }
    }
}
