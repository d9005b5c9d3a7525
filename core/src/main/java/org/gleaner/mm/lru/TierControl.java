package org.gleaner.mm.lru;

import static org.gleaner.mm.lru.LruGen.MAX_NR_TIERS;

/// Refault statistics per tier of one type, and the proportional-integral decision which tiers to
/// protect (`struct ctrl_pos` and its readers, 6.12 gains).
///
/// All values are pages. The current history covers the oldest generation; it is folded into the moving
/// averages each time that generation retires.
public final class TierControl {
    /// Below this many refaults a tier is never protected (`MIN_LRU_BATCH`).
    private static final long FEW = 64;

    private final long[] avgRefaulted = new long[MAX_NR_TIERS];
    private final long[] avgTotal = new long[MAX_NR_TIERS];
    private final long[] refaulted = new long[MAX_NR_TIERS];
    private final long[] evicted = new long[MAX_NR_TIERS];
    private final long[] protectedPages = new long[MAX_NR_TIERS];

    /// Tier of a folio with `refs` accesses through descriptors: `order_base_2(refs + 1)`.
    public static int tier(int refs) {
        return refs == 0 ? 0 : 32 - Integer.numberOfLeadingZeros(refs);
    }

    public void evicted(int tier, long pages) {
        evicted[tier] += pages;
    }

    public void refaulted(int tier, long pages) {
        refaulted[tier] += pages;
    }

    /// Tier 0 is never protected and so never counted here.
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

    /// The highest tier that may be evicted (`get_tier_idx`): tiers above refault more often than twice
    /// tier 0.
    public int evictableTier() {
        int tier = 1;
        while (tier < MAX_NR_TIERS && positive(this, 0, 1, this, tier, 2)) {
            tier++;
        }
        return tier - 1;
    }

    /// Whether tier `pvTier` of `pv` refaults no more, gains considered, than tier `spTier` of `sp`
    /// (`positive_ctrl_err`).
    public static boolean positive(
            TierControl sp, int spTier, long spGain, TierControl pv, int pvTier, long pvGain) {
        long pvRefaulted = pv.avgRefaulted[pvTier] + pv.refaulted[pvTier];
        long spRefaulted = sp.avgRefaulted[spTier] + sp.refaulted[spTier];
        return pvRefaulted < FEW
                || pvRefaulted * (sp.total(spTier) + FEW) * spGain
                        <= (spRefaulted + 1) * pv.total(pvTier) * pvGain;
    }

    private long total(int tier) {
        return avgTotal[tier] + evicted[tier] + (tier > 0 ? protectedPages[tier] : 0);
    }

    /// Moving average of refaults of a tier, for debugfs.
    public long avgRefaulted(int tier) {
        return avgRefaulted[tier];
    }

    /// Moving average of evicted and protected pages of a tier, for debugfs.
    public long avgTotal(int tier) {
        return avgTotal[tier];
    }
}
