package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.*;
import static org.gleaner.mm.lru.LruGen.MAX_NR_TIERS;

/// 6.1 and 6.12: the refs field counts on from the workingset flag, and a young sighting in a page
/// table promotes at once.
final class RefsAndWorkingset extends LruGenRules {
    /// 6.1 forgets less at isolation, and sees only recent refaults.
    private final boolean of61;

    RefsAndWorkingset(boolean of61) {
        this.of61 = of61;
    }

    @Override
    public int refs(long state) {
        return ((int) (state >>> REFS_SHIFT) & 3) + ((state & WORKINGSET) != 0 ? 1 : 0);
    }

    @Override
    public int tier(long state) {
        return log2Ceil(refs(state) + 1);
    }

    @Override
    public boolean saturated(long state) {
        return refs(state) == MAX_NR_TIERS;
    }

    @Override
    public long inced(long state) {
        if ((state & REFERENCED) == 0) {
            return state | REFERENCED;
        } else if ((state & WORKINGSET) == 0) {
            return state | WORKINGSET;
        } else if ((state & REFS_MASK) == REFS_MASK) {
            return state;
        }
        return state + ONE_REF_STEP;
    }

    @Override
    public long faulted(long state) {
        return state | ACTIVE;
    }

    @Override
    public long placement(long state, int type, boolean rotated, long min, long max) {
        if ((state & ACTIVE) != 0) {
            return max;
        }
        boolean awaitsWriteback = (state & AWAITED) != 0 && (state & (DIRTY | WRITEBACK)) != 0;
        if ((type == LruGen.ANON && (state & SWAPCACHE) == 0) || awaitsWriteback) {
            return max - 1;
        }
        return rotated || min + LruGen.MIN_NR_GENS >= max ? min : min + 1;
    }

    @Override
    public boolean walkSkipsOffList() {
        return false;
    }

    @Override
    public long walked(long state, long label) {
        if (gen(state) < 0) {
            return state | REFERENCED;
        }
        return (state & ~(GEN_MASK | REFS_FLAGS)) | label;
    }

    @Override
    public long sighted(long state) {
        return gen(state) < 0 ? state | REFERENCED : state;
    }

    @Override
    public boolean promotes(long state) {
        return gen(state) >= 0;
    }

    @Override
    public long clearedByIsolation(long state) {
        if (of61) {
            return (state & REFERENCED) == 0 ? REFS_MASK : REFERENCED;
        }
        return (state & REFERENCED) == 0 ? REFS_FLAGS : REFERENCED;
    }

    @Override
    public long clearedByIncGen() {
        return REFS_FLAGS;
    }

    @Override
    public boolean shadowBit(long state) {
        return refs(state) > 0;
    }

    @Override
    public boolean isRecent(long evictedMin, long min, long max, long mask) {
        return evictedMin == (min & mask);
    }

    @Override
    public boolean countsRecentOnly() {
        return of61;
    }

    @Override
    public int refaultRefs(int stored, boolean bit) {
        return stored + (bit ? 1 : 0);
    }

    @Override
    public int refaultTier(int refs, boolean bit) {
        return log2Ceil(refs + 1);
    }

    @Override
    public boolean refaultActivates(boolean bit, boolean inFault) {
        return !of61;
    }

    @Override
    public boolean refaultRestores(int refs, boolean bit, boolean inFault) {
        return inFault || refs >= MAX_NR_TIERS - 1;
    }

    @Override
    public long refaulted(long state, int refs, boolean restores) {
        return restores ? state | WORKINGSET | REFS_MASK : state;
    }

    @Override
    public int baseGain() {
        return 1;
    }

    @Override
    public int tierGain() {
        return 2;
    }
}
