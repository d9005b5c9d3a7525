package org.gleaner.mm.lru;

import static org.gleaner.mm.lru.LruGen.MAX_NR_TIERS;

import org.gleaner.machine.Cpu;

/// Refault statistics per tier of one type, and the proportional-integral decision which tiers to
/// protect (`struct ctrl_pos` and its readers).
///
/// All values are pages. The current history covers the oldest generation; it is folded into the
/// moving averages each time that generation retires. Evictions and refaults are counted without a
/// lock, by whoever meets them; decisions look at counts in motion.
public final class TierControl {
    /// Below this many refaults a tier is never protected (`MIN_LRU_BATCH`).
    private static final long FEW = 64;

    /// In place of a tier: all of them together.
    public static final int ALL = MAX_NR_TIERS;

    private final long baseGain;
    private final long tierGain;

    private static final int AVG_REFAULTED = 0;
    private static final int AVG_TOTAL = MAX_NR_TIERS;
    private static final int REFAULTED = 2 * MAX_NR_TIERS;
    private static final int EVICTED = 3 * MAX_NR_TIERS;
    private static final int PROTECTED = 4 * MAX_NR_TIERS;

    /// A word for each of the above and each tier.
    private final long[] counts = new long[5 * MAX_NR_TIERS];

    /// @param rules whose gains decide how much more often a tier must refault to be protected
    TierControl(LruGenRules rules) {
        baseGain = rules.baseGain();
        tierGain = rules.tierGain();
    }

    public void evicted(Cpu cpu, int tier, long pages) {
        cpu.fetchAdd(counts, EVICTED + tier, pages);
    }

    public void refaulted(Cpu cpu, int tier, long pages) {
        cpu.fetchAdd(counts, REFAULTED + tier, pages);
    }

    /// Under lru_lock, as is [#carryOver].
    public void protectedFromEviction(Cpu cpu, int tier, long pages) {
        cpu.store(counts, PROTECTED + tier, protectedPages(cpu, tier) + pages);
    }

    /// The oldest generation retires: halves the sums into the averages and starts a new history.
    public void carryOver(Cpu cpu) {
        for (int t = 0; t < MAX_NR_TIERS; t++) {
            long refaulted = cpu.swap(counts, REFAULTED + t, 0);
            long seen = cpu.swap(counts, EVICTED + t, 0) + protectedPages(cpu, t);
            cpu.store(counts, AVG_REFAULTED + t, (avgRefaulted(cpu, t) + refaulted) / 2);
            cpu.store(counts, AVG_TOTAL + t, (avgTotal(cpu, t) + seen) / 2);
            cpu.store(counts, PROTECTED + t, 0);
        }
    }

    /// The highest tier that may be evicted (`get_tier_idx`): the one above it refaults so much
    /// more often than tier 0 that it is worth protecting.
    public int evictableTier(Cpu cpu) {
        int tier = 1;
        while (tier < MAX_NR_TIERS && positive(cpu, this, 0, baseGain, this, tier, tierGain)) {
            tier++;
        }
        return tier - 1;
    }

    /// Whether tier `pvTier` of `pv` refaults no more, gains considered, than tier `spTier` of `sp`
    /// (`positive_ctrl_err`).
    public static boolean positive(
            Cpu cpu,
            TierControl sp,
            int spTier,
            long spGain,
            TierControl pv,
            int pvTier,
            long pvGain) {
        long pvRefaulted = pv.refaults(cpu, pvTier);
        long spRefaulted = sp.refaults(cpu, spTier);
        return pvRefaulted < FEW
                || pvRefaulted * (sp.total(cpu, spTier) + FEW) * spGain
                        <= (spRefaulted + 1) * pv.total(cpu, pvTier) * pvGain;
    }

    private long refaults(Cpu cpu, int tier) {
        if (tier == ALL) {
            long sum = 0;
            for (int t = 0; t < MAX_NR_TIERS; t++) {
                sum += refaults(cpu, t);
            }
            return sum;
        }
        return avgRefaulted(cpu, tier) + refaulted(cpu, tier);
    }

    private long total(Cpu cpu, int tier) {
        if (tier == ALL) {
            long sum = 0;
            for (int t = 0; t < MAX_NR_TIERS; t++) {
                sum += total(cpu, t);
            }
            return sum;
        }
        return avgTotal(cpu, tier) + evicted(cpu, tier) + protectedPages(cpu, tier);
    }

    /// Moving average of refaults of a tier, for debugfs.
    public long avgRefaulted(Cpu cpu, int tier) {
        return cpu.peek(counts, AVG_REFAULTED + tier);
    }

    /// Moving average of evicted and protected pages of a tier, for debugfs.
    public long avgTotal(Cpu cpu, int tier) {
        return cpu.peek(counts, AVG_TOTAL + tier);
    }

    /// Refaults of the oldest generation's pages of a tier, for debugfs.
    public long refaulted(Cpu cpu, int tier) {
        return cpu.peek(counts, REFAULTED + tier);
    }

    /// Evicted pages of the oldest generation's tier, for debugfs.
    public long evicted(Cpu cpu, int tier) {
        return cpu.peek(counts, EVICTED + tier);
    }

    /// Protected pages of the oldest generation's tier, for debugfs.
    public long protectedPages(Cpu cpu, int tier) {
        return cpu.peek(counts, PROTECTED + tier);
    }
}
