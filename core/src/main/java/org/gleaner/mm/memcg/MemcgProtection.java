package org.gleaner.mm.memcg;

/// What `memory.min` and `memory.low` are worth to a reclaim that starts at a cgroup `top`
/// (`mem_cgroup_calculate_protection`).
///
/// `top` itself has no protection against its own reclaim. Its children have what they ask for.
/// Further down a cgroup gets what it asks for as far as it uses it, and if siblings together ask
/// for more than their parent has, each gets its part of that by what it uses under protection. So
/// a walk must ask parents first.
public final class MemcgProtection {
    /// The least that a partly protected list is scanned by (`SWAP_CLUSTER_MAX`).
    private static final long LEAST_SCAN = 32;

    /// More than any host has: 8 TiB, for protections without bound.
    private static final long MOST_PAGES = 1L << 31;

    private MemcgProtection() {}

    /// Computes the effective protection of a cgroup whose parent's is known.
    public static void calculate(Memcg top, Memcg memcg) {
        Memcg parent = memcg.parent();
        if (memcg == top || parent == null) {
            return;
        }
        if (parent == top) {
            memcg.effectiveMin = memcg.min();
            memcg.effectiveLow = memcg.low();
            return;
        }
        long minClaims = 0;
        long lowClaims = 0;
        for (Memcg sibling : parent.children()) {
            minClaims += Math.min(sibling.current(), sibling.min());
            lowClaims += Math.min(sibling.current(), sibling.low());
        }
        long used = memcg.current();
        memcg.effectiveMin = effective(used, memcg.min(), parent.effectiveMin, minClaims);
        memcg.effectiveLow = effective(used, memcg.low(), parent.effectiveLow, lowClaims);
    }

    /// What is left of `asked` for a cgroup that uses `used` pages, where siblings and itself claim
    /// `claims` of the parent's `granted`.
    static long effective(long used, long asked, long granted, long claims) {
        long claim = Math.min(used, asked);
        return claims > granted ? claim * granted / claims : claim;
    }

    /// Whether the cgroup is within `memory.min`: hands off.
    public static boolean isBelowMin(Memcg top, Memcg memcg) {
        return isProtectable(top, memcg) && memcg.current() <= memcg.effectiveMin;
    }

    /// Whether the cgroup is within `memory.low`: hands off as long as others have something.
    public static boolean isBelowLow(Memcg top, Memcg memcg) {
        return isProtectable(top, memcg) && memcg.current() <= memcg.effectiveLow;
    }

    private static boolean isProtectable(Memcg top, Memcg memcg) {
        return memcg != top && !memcg.isRoot();
    }

    /// Pages that `memory.min` keeps of a cgroup larger than that.
    public static long minPages(Memcg top, Memcg memcg) {
        return isProtectable(top, memcg) ? memcg.effectiveMin : 0;
    }

    /// Pages that `memory.low` keeps of a cgroup larger than that.
    public static long lowPages(Memcg top, Memcg memcg) {
        return isProtectable(top, memcg) ? memcg.effectiveLow : 0;
    }

    /// How much of a list of `size` pages may be scanned in a cgroup that uses `used` pages of
    /// which `protectedPages` are protected: the more, the further it is above its protection.
    public static long scanSize(long size, long used, long protectedPages) {
        if (protectedPages == 0) {
            return size;
        }
        long spared = Math.min(protectedPages, MOST_PAGES);
        return Math.max(size - size * spared / (Math.max(used, spared) + 1), LEAST_SCAN);
    }
}
