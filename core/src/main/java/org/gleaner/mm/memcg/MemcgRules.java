package org.gleaner.mm.memcg;

import org.gleaner.mm.version.KernelVersion;

/// What kernels do differently about cgroups.
///
/// @param stock for how many cgroups a CPU charges ahead
/// @param lruOfCgroups whether MGLRU's reclaim of a whole host goes by an LRU of cgroups, or visits
///     all
/// @param sharedWalks whether a reclaimer that has its goal leaves the rest of the cgroups to the
///     next
/// @param generationsScaled whether `memory.min` and `low` shrink what MGLRU scans of a cgroup
///     above them, as they always have for the classic LRU
/// @param proactiveShare the part of what is still to do that `memory.reclaim` asks for at a time:
///     one in this many
public record MemcgRules(
        StockRule stock,
        boolean lruOfCgroups,
        boolean sharedWalks,
        boolean generationsScaled,
        int proactiveShare) {
    private static final MemcgRules V6_1 = new MemcgRules(StockRule.SINGLE, false, false, false, 1);
    private static final MemcgRules V6_12 = new MemcgRules(StockRule.SINGLE, true, true, false, 4);
    private static final MemcgRules V6_18 = new MemcgRules(StockRule.RANDOM, true, true, true, 4);
    private static final MemcgRules V7_2 =
            new MemcgRules(StockRule.ROUND_ROBIN, true, true, true, 4);

    /// Those of a kernel.
    public static MemcgRules of(KernelVersion kernel) {
        return switch (kernel) {
            case V6_1 -> V6_1;
            case V6_12 -> V6_12;
            case V6_18 -> V6_18;
            case V7_2 -> V7_2;
        };
    }
}
