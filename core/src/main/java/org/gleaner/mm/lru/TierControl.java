package org.gleaner.mm.lru;

import static org.gleaner.mm.lru.LruGen.MAX_NR_TIERS;

/// Refault statistics per tier of one type, and the proportional-integral decision which tiers to
/// protect (`struct ctrl_pos` and its readers).
///
/// All values are pages. The current history covers the oldest generation; it is folded into the moving
/// averages each time that generation retires.
public final class TierControl {
    /// Below this many refaults a tier is never protected (`MIN_LRU_BATCH`).
    private static final long FEW = 64;

    /// In place of a tier: all of them together.
    public static final int ALL = MAX_NR_TIERS;

    private final long baseGain;
    private final long tierGain;

    private final long[] avgRefaulted = new long[MAX_NR_TIERS];
    private final long[] avgTotal = new long[MAX_NR_TIERS];
    private final long[] refaulted = new long[MAX_NR_TIERS];
    private final long[] evicted = new long[MAX_NR_TIERS];
    private final long[] protectedPages = new long[MAX_NR_TIERS];

    /// @param rules whose gains decide how much more often a tier must refault to be protected
    TierControl(LruGenRules rules) {
        baseGain = rules.baseGain();
        tierGain = rules.tierGain();
    }

    public void evicted(int tier, long pages) {
        evicted[tier] += pages;
    }

    public void refaulted(int tier, long pages) {
        refaulted[tier] += pages;
    }

    public void protectedFromEviction(int tier, long pages) {
        protectedPages[tier] += pages;
    }

    /// The oldest generation retires: halves the sums into the averages and starts a new history.
    public void carryOver() {
        for (int t = 0; t < MAX_NR_TIERS; t++) {
            avgRefaulted[t] = (avgRefaulted[t] + refaulted[t]) / 2;
            avgTotal[t] = (avgTotal[t] + evicted[t] + protectedPages[t]) / 2;
            refaulted[t] = 0;
            evicted[t] = 0;
            protectedPages[t] = 0;
        }
    }

    /// The highest tier that may be evicted (`get_tier_idx`): the one above it refaults so much more often than
    /// tier 0 that it is worth protecting.
    public int evictableTier() {
        int tier = 1;
        while (tier < MAX_NR_TIERS && positive(this, 0, baseGain, this, tier, tierGain)) {
            tier++;
        }
        return tier - 1;
    }

    /// Whether tier `pvTier` of `pv` refaults no more, gains considered, than tier `spTier` of `sp`
    /// (`positive_ctrl_err`).
    public static boolean positive(
            TierControl sp, int spTier, long spGain, TierControl pv, int pvTier, long pvGain) {
        long pvRefaulted = pv.refaults(pvTier);
        long spRefaulted = sp.refaults(spTier);
        return pvRefaulted < FEW
                || pvRefaulted * (sp.total(spTier) + FEW) * spGain
                        <= (spRefaulted + 1) * pv.total(pvTier) * pvGain;
    }

    private long refaults(int tier) {
        if (tier == ALL) {
            long sum = 0;
            for (int t = 0; t < MAX_NR_TIERS; t++) {
                sum += refaults(t);
            }
            return sum;
        }
        return avgRefaulted[tier] + refaulted[tier];
    }

    private long total(int tier) {
        if (tier == ALL) {
            long sum = 0;
            for (int t = 0; t < MAX_NR_TIERS; t++) {
                sum += total(t);
            }
            return sum;
        }
        return avgTotal[tier] + evicted[tier] + protectedPages[tier];
    }

    /// Moving average of refaults of a tier, for debugfs.
    public long avgRefaulted(int tier) {
        return avgRefaulted[tier];
    }

    /// Moving average of evicted and protected pages of a tier, for debugfs.
    public long avgTotal(int tier) {
        return avgTotal[tier];
    }

    /// Refaults of the oldest generation's pages of a tier, for debugfs.
    public long refaulted(int tier) {
        return refaulted[tier];
    }

    /// Evicted pages of the oldest generation's tier, for debugfs.
    public long evicted(int tier) {
        return evicted[tier];
    }

    /// Protected pages of the oldest generation's tier, for debugfs.
    public long protectedPages(int tier) {
        return protectedPages[tier];
    }
}
