package org.gleaner.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.Combination;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.ReplayPlan;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.scenario.HostSettings;
import org.gleaner.lab.scenario.Swap;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Options of `gleaner replay` that say how a trace is replayed.
final class ReplayOptions {

    @Mixin private MemoryOptions memory = new MemoryOptions();

    @Option(
            names = "--compare",
            paramLabel = "WHAT",
            converter = Compared.Words.class,
            description =
                    "Tell first how these differ: kernels (6.1,6.12,6.18,7.2), mglru,classic,"
                            + " host,kvm or aging designs, as their own options take them.")
    private @Nullable Compared compare;

    @Option(
            names = "--policy",
            paramLabel = "POLICY",
            converter = Each.Policies.class,
            description =
                    "Count exact misses of policies beside them: lru, fifo, clock,"
                            + " clock_insert_then_evict, clock_ref1_on_insert, clock_pro, opt, arc, car,"
                            + " s3fifo, sieve, lirs, 2q. Each has as many frames as the limit has pages.")
    private @Nullable Each<PolicyChoice> policy;

    @Option(
            names = "--sample",
            paramLabel = "RATE",
            description =
                    "Replay so many of the pages only, such as 1/64, with as much less memory: counts"
                            + " of the whole trace, each within a band.")
    private @Nullable Scale sample;

    @Option(
            names = "--lru",
            paramLabel = "LRU",
            converter = Each.Lrus.class,
            description = "mglru or classic (default: mglru).")
    private @Nullable Each<Lru> lru;

    @Option(
            names = "--kernel",
            paramLabel = "VERSION",
            converter = Each.Kernels.class,
            description = "Whose reclaim rules: 6.1, 6.12, 6.18 or 7.2 (default: 6.12).")
    private @Nullable Each<Kernel> kernel;

    @Option(
            names = "--through",
            paramLabel = "WAY",
            converter = Each.Ways.class,
            description =
                    "host: a process touches the pages; kvm: a guest does (default: host; kvm with --host-memory).")
    private @Nullable Each<Through> through;

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
            names = "--host-memory",
            paramLabel = "SIZE",
            description =
                    "Replay all traces at the same time, as guests of one host with so much memory,"
                            + " as for --memory of what all of them touch; --memory is then each"
                            + " guest's own limit (default: none).")
    private @Nullable Size hostMemory;

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

    /// Whether the traces are guests of one host.
    boolean together() {
        return hostMemory != null;
    }

    /// All traces as guests of one host, with every combination of what has several values.
    ///
    /// @throws BadInput if an option has no meaning for guests of one host
    List<TogetherRequest> hosts(List<Trace> traces, EngineChoice engine, List<Long> seeds) {
        if (compare != null || policy != null || memory.isCurve() || ageEvery > 0) {
            throw new BadInput(
                    "--host-memory",
                    "goes with one limit for each trace, and without --compare, --policy and"
                            + " --age-every",
                    "leave them out, or --host-memory");
        }
        TogetherPlan together =
                new TogetherPlan(traces, memory, Objects.requireNonNull(hostMemory));
        List<TogetherRequest> all = new ArrayList<>();
        for (Kernel version : kernels().values()) {
            for (Lru list : lrus().values()) {
                for (Through way : ways().values()) {
                    for (AgingChoice design : designs(version)) {
                        for (long seed : seeds) {
                            all.add(host(together, version, list, way, design, engine, seed));
                        }
                    }
                }
            }
        }
        return all;
    }

    private TogetherRequest host(
            TogetherPlan together,
            Kernel version,
            Lru list,
            Through way,
            AgingChoice design,
            EngineChoice engine,
            long seed) {
        return new TogetherRequest(
                together.guests(),
                together.hostPages(),
                list,
                lruGen(list, design),
                version,
                way,
                design,
                backing,
                thp,
                swap,
                swap == SwapDeviceChoice.NONE ? 0 : together.swapPages(swapSize),
                pageCluster,
                swappiness,
                engine,
                seed);
    }

    private LruGenChoice lruGen(Lru list, AgingChoice design) {
        LruGenChoice asked = lruGen != null ? lruGen : LruGenChoice.ALL;
        return (list == Lru.MGLRU ? asked : LruGenChoice.NONE).shownWith(design);
    }

    /// Every trace with every combination of what has several values, the last option's next to
    /// each other.
    ///
    /// @param seeds to replay each with
    ReplayPlan plan(List<Trace> traces, EngineChoice engine, List<Long> seeds) {
        List<Combination> all = new ArrayList<>();
        for (Trace trace : traces) {
            for (MemoryOptions.Limit limit : memory.limits(trace)) {
                for (Kernel version : kernels().values()) {
                    for (Lru list : lrus().values()) {
                        for (Through way : ways().values()) {
                            for (AgingChoice design : designs(version)) {
                                Chosen one = new Chosen(limit, version, list, way, design);
                                all.add(combination(trace, one, engine, seeds));
                            }
                        }
                    }
                }
            }
        }
        return new ReplayPlan(
                all,
                policy == null ? List.of() : policy.values(),
                memory.isCurve(),
                compare == null ? null : compare.factor(),
                sample);
    }

    /// One value of each option that may have several.
    private record Chosen(
            MemoryOptions.Limit memory,
            Kernel kernel,
            Lru lru,
            Through through,
            AgingChoice aging) {}

    private Each<Kernel> kernels() {
        return each(Factor.KERNEL, Kernel.class, kernel, Kernel.V6_12);
    }

    private Each<Lru> lrus() {
        return each(Factor.LRU, Lru.class, lru, Lru.MGLRU);
    }

    private Each<Through> ways() {
        return each(
                Factor.THROUGH, Through.class, through, together() ? Through.KVM : Through.HOST);
    }

    /// Null for each kernel's own.
    private @Nullable Each<AgingChoice> designs() {
        return compare != null && compare.factor() == Factor.AGING
                ? compare.values(AgingChoice.class)
                : aging;
    }

    private <T extends Choice> Each<T> each(
            Factor factor, Class<T> type, @Nullable Each<T> given, T usual) {
        if (compare != null && compare.factor() == factor) {
            return compare.values(type);
        }
        return given != null ? given : new Each<>(List.of(usual));
    }

    private List<AgingChoice> designs(Kernel version) {
        Each<AgingChoice> designs = designs();
        return designs != null ? designs.values() : List.of(version.aging());
    }

    private Combination combination(
            Trace trace, Chosen one, EngineChoice engine, List<Long> seeds) {
        Map<Factor, String> values = new EnumMap<>(Factor.class);
        values.put(Factor.TRACE, trace.name());
        values.put(Factor.MEMORY, one.memory().size().toString());
        values.put(Factor.KERNEL, one.kernel().label());
        values.put(Factor.LRU, one.lru().label());
        values.put(Factor.THROUGH, one.through().label());
        values.put(Factor.AGING, designs() == null ? "" : one.aging().label());
        return new Combination(
                name(values),
                values,
                seeds.stream().map(seed -> request(trace, one, engine, seed)).toList());
    }

    private String name(Map<Factor, String> values) {
        Map<Factor, Boolean> several = new EnumMap<>(Factor.class);
        several.put(Factor.TRACE, true);
        several.put(Factor.MEMORY, memory.several());
        several.put(Factor.KERNEL, kernels().several());
        several.put(Factor.LRU, lrus().several());
        several.put(Factor.THROUGH, ways().several());
        Each<AgingChoice> designs = designs();
        several.put(Factor.AGING, designs != null && designs.several());
        return values.entrySet().stream()
                .filter(each -> several.getOrDefault(each.getKey(), false))
                .map(Map.Entry::getValue)
                .collect(Collectors.joining(" "));
    }

    private ReplayRequest request(Trace trace, Chosen one, EngineChoice engine, long seed) {
        return new ReplayRequest(
                trace,
                one.memory().pages(),
                one.lru(),
                lruGen(one.lru(), one.aging()),
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

    private long swapPages(Trace trace) {
        if (swap == SwapDeviceChoice.NONE) {
            return 0;
        }
        return swapSize != null
                ? MemoryOptions.pages("--swap-size", swapSize, trace)
                : ReplayRequest.ampleSwap(trace);
    }

    /// What each option allows but their combination does not.
    void check() {
        memory.check(compare != null, together());
        if (compare != null && isGiven(compare.factor())) {
            throw new BadInput(
                    "--compare",
                    "--" + compare.factor().name().toLowerCase(Locale.ROOT) + " is there as well",
                    "name all that is compared in one of them");
        }
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
        if (lrus().values().contains(Lru.CLASSIC) && (lruGen != null || ageEvery > 0)) {
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
        if (designs() != null && ways().values().contains(Through.HOST)) {
            throw new BadInput(
                    aging != null ? "--aging" : "--compare",
                    "only a guest's pages are asked for",
                    "use --through kvm");
        }
    }

    private boolean isGiven(Factor factor) {
        return switch (factor) {
            case KERNEL -> kernel != null;
            case LRU -> lru != null;
            case THROUGH -> through != null;
            case AGING -> aging != null;
            case TRACE, MEMORY -> false;
        };
    }
}
