package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.*;
import static org.gleaner.mm.lru.LruGen.MAX_NR_TIERS;

/// 6.18: the first sighting only marks, the second promotes and leaves the workingset flag behind,
/// which lasts until the page is reclaimed and puts it into a tier of its own.
class ReferencedFirst extends LruGenRules {
    @Override
    public final int refs(long state) {
        return (state & REFERENCED) == 0 ? 0 : ((int) (state >>> REFS_SHIFT) & 3) + 1;
    }

    @Override
    public final int tier(long state) {
        return (state & WORKINGSET) != 0 ? MAX_NR_TIERS - 1 : log2Ceil(refs(state));
    }

    @Override
    public final boolean saturated(long state) {
        return refs(state) == MAX_NR_TIERS && (state & WORKINGSET) != 0;
    }

    @Override
    public final long inced(long state) {
        if ((state & REFERENCED) == 0) {
            return (state & ~REFS_MASK) | REFERENCED;
        } else if ((state & REFS_MASK) == REFS_MASK) {
            return state | WORKINGSET;
        }
        return state + ONE_REF_STEP;
    }

    @Override
    public long faulted(long state) {
        return state | ACTIVE;
    }

    @Override
    public final long placement(long state, int type, boolean rotated, long min, long max) {
        return Math.max(max - generationsBack(state, type, rotated) + 1, min);
    }

    /// 1 for the youngest generation, 4 for the oldest there can be.
    private int generationsBack(long state, int type, boolean rotated) {
        boolean workingset = (state & WORKINGSET) != 0;
        if ((state & ACTIVE) != 0) {
            return workingset ? 1 : 2;
        }
        if (rotated) {
            return 4;
        }
        boolean awaitsWriteback = (state & AWAITED) != 0 && (state & (DIRTY | WRITEBACK)) != 0;
        if ((type == LruGen.ANON && (state & SWAPCACHE) == 0) || awaitsWriteback) {
            return 2;
        }
        return (state & keepsFromOldest()) != 0 ? 3 : 4;
    }

    /// Flags that keep a folio of the swap cache out of the oldest generation.
    long keepsFromOldest() {
        return WORKINGSET;
    }

    @Override
    public final boolean walkSkipsOffList() {
        return true;
    }

    @Override
    public final long walked(long state, long label) {
        if ((state & (REFERENCED | WORKINGSET)) == 0) {
            return (state & ~REFS_MASK) | REFERENCED;
        }
        if (gen(state) < 0) {
            return state;
        }
        return (state & ~(GEN_MASK | REFERENCED | REFS_MASK)) | WORKINGSET | label;
    }

    @Override
    public final boolean promotes(long state) {
        return (state & (REFERENCED | WORKINGSET)) != 0;
    }

    @Override
    public long sighted(long state) {
        if (!promotes(state)) {
            return (state & ~REFS_MASK) | REFERENCED;
        }
        return (state & ~(REFERENCED | REFS_MASK)) | WORKINGSET;
    }

    @Override
    public final long clearedByIsolation(long state) {
        return (state & REFERENCED) == 0 ? REFS_MASK : 0;
    }

    @Override
    public final long clearedByIncGen() {
        return REFERENCED | REFS_MASK;
    }

    @Override
    public final boolean shadowBit(long state) {
        return (state & WORKINGSET) != 0;
    }

    @Override
    public final boolean isRecent(long evictedMin, long min, long max, long mask) {
        return Math.abs((max & mask) - evictedMin) < LruGen.MAX_NR_GENS;
    }

    @Override
    public final int refaultRefs(int stored, boolean bit) {
        return stored + 1;
    }

    @Override
    public final int refaultTier(int refs, boolean bit) {
        return bit ? MAX_NR_TIERS - 1 : log2Ceil(refs);
    }

    @Override
    public boolean refaultActivates(boolean bit, boolean inFault) {
        return inFault;
    }

    @Override
    public final boolean refaultRestores(int refs, boolean bit, boolean inFault) {
        return bit;
    }

    @Override
    public final long refaulted(long state, int refs, boolean restores) {
        return restores ? state | WORKINGSET : (state & ~REFS_MASK) | (refs - 1L) << REFS_SHIFT;
    }

    @Override
    public final int baseGain() {
        return 2;
    }

    @Override
    public final int tierGain() {
        return 3;
    }
}
