package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.Factor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of `gleaner replay` that may have several values each, which are then compared: what
/// manages the memory, and through what it is touched.
final class FactorOptions {

    @Option(
            names = "--compare",
            paramLabel = "WHAT",
            converter = Compared.Words.class,
            description =
                    "Tell first how these differ: kernels (6.1,6.12,6.18,7.2), mglru,classic,"
                            + " host,kvm or aging designs, as their own options take them.")
    private @Nullable Compared compare;

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
            names = "--lru-gen",
            paramLabel = "BITS",
            description =
                    "/sys/kernel/mm/lru_gen/enabled: 0x1 on, 0x2 page-table walks, 0x4 non-leaf bits, "
                            + "0x8 walks of secondary tables where --aging has the choice "
                            + "(default: all).")
    private @Nullable LruGenChoice lruGen;

    @Option(
            names = "--aging",
            paramLabel = "DESIGN",
            converter = Each.Designs.class,
            description =
                    "How the host asks KVM for young pages: locked-flush, locked, v1, v2, v3, "
                            + "v5-fast-only, v6-fast-only, merged or two-bitmaps; with --arch arm64"
                            + " also v1-as-posted, v2-as-reviewed, v3-as-posted"
                            + " (default: the kernel's own).")
    private @Nullable Each<AgingChoice> aging;

    /// One value of each.
    record Chosen(Kernel kernel, Lru lru, Through through, AgingChoice aging) {}

    /// Every combination of their values, the last option's next to each other.
    ///
    /// @param usual through what memory is touched if nobody says
    List<Chosen> combinations(Through usual) {
        List<Chosen> all = new ArrayList<>();
        for (Kernel version : kernels().values()) {
            for (Lru list : lrus().values()) {
                for (Through way : ways(usual).values()) {
                    for (AgingChoice design : designs(version)) {
                        all.add(new Chosen(version, list, way, design));
                    }
                }
            }
        }
        return all;
    }

    /// What differs in the results by which they are compared; null if nobody asked for that.
    @Nullable Factor compared() {
        return compare == null ? null : compare.factor();
    }

    /// Adds the values of a combination by what they are values of.
    void label(Chosen one, Map<Factor, String> values) {
        values.put(Factor.KERNEL, one.kernel().label());
        values.put(Factor.LRU, one.lru().label());
        values.put(Factor.THROUGH, one.through().label());
        values.put(Factor.AGING, designs() == null ? "" : one.aging().label());
    }

    /// Whether there are several values of a factor.
    boolean several(Factor factor) {
        return switch (factor) {
            case KERNEL -> kernels().several();
            case LRU -> lrus().several();
            case THROUGH -> ways(Through.HOST).several();
            case AGING -> {
                Each<AgingChoice> designs = designs();
                yield designs != null && designs.several();
            }
            case TRACE, MEMORY -> false;
        };
    }

    /// The bits of the multi-generational LRU with a combination.
    LruGenChoice lruGen(Chosen one) {
        LruGenChoice asked = lruGen != null ? lruGen : LruGenChoice.ALL;
        return (one.lru() == Lru.MGLRU ? asked : LruGenChoice.NONE).shownWith(one.aging());
    }

    private Each<Kernel> kernels() {
        return each(Factor.KERNEL, Kernel.class, kernel, Kernel.V6_12);
    }

    private Each<Lru> lrus() {
        return each(Factor.LRU, Lru.class, lru, Lru.MGLRU);
    }

    private Each<Through> ways(Through usual) {
        return each(Factor.THROUGH, Through.class, through, usual);
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

    /// What each option allows but their combination does not.
    ///
    /// @param usual as for [#combinations]
    /// @param ages whether aging passes are forced
    void check(Through usual, boolean ages) {
        if (compare != null && isGiven(compare.factor())) {
            throw new BadInput(
                    "--compare",
                    "--" + compare.factor().name().toLowerCase(Locale.ROOT) + " is there as well",
                    "name all that is compared in one of them");
        }
        if (lrus().values().contains(Lru.CLASSIC) && (lruGen != null || ages)) {
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
        if (designs() != null && ways(usual).values().contains(Through.HOST)) {
            throw new BadInput(
                    aging != null ? "--aging" : "--compare",
                    "only a guest's pages are asked for",
                    "use --through kvm");
        }
    }

    /// Refuses designs that only arm64 has.
    void checkAnywhere() {
        Each<AgingChoice> designs = designs();
        if (designs != null) {
            String where = aging != null ? "--aging" : "--compare";
            designs.values().forEach(each -> each.checkAnywhere(where));
        }
    }

    /// Whether a process of the host touches the pages, in any of the combinations.
    boolean touchesHost(Through usual) {
        return ways(usual).values().contains(Through.HOST);
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
