package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.*;
import static org.gleaner.mm.lru.LruGen.MAX_NR_TIERS;

import org.gleaner.mm.version.KernelVersion;

/// What a folio's flags mean to MGLRU, and how its life changes them, by kernel version: the reference
/// ladder, the generation it is put into, what a young sighting does, what is left of it in a shadow.
///
/// All methods are functions from one state word ([org.gleaner.mm.folio.FolioLayout]) to another, or to a
/// decision; the callers apply them atomically. "First sighting" below is a folio with neither
/// referenced nor workingset flag.
///
/// | | 6.1, 6.12 | 6.18 | 7.2 |
/// |---|---|---|---|
/// | added by a fault | youngest | second youngest | second youngest, or third from the swap cache |
/// | walk finds it young the first time | youngest | marked only | marked only |
/// | refs | refs field + workingset | referenced ? field + 1 : 0 | same |
/// | tier | `log2(refs + 1)` | workingset ? 3 : `log2(refs)` | same |
/// | kept out of eviction whatever its tier | refs = 4 | refs = 4 and workingset | same |
/// | refault is recent | evicted from what is the oldest generation now | at most 3 generations ago | same |
public abstract class LruGenRules {
    static final long ONE_REF_STEP = 1L << REFS_SHIFT;

    /// The rules of a kernel.
    public static LruGenRules of(KernelVersion version) {
        return switch (version) {
            case V6_1 -> new RefsAndWorkingset(true);
            case V6_12 -> new RefsAndWorkingset(false);
            case V6_18 -> new ReferencedFirst();
            case V7_2 -> new ReferencedAtFault();
        };
    }

    // --- reference ladder --------------------------------------------------------------------

    /// Accesses that the flags stand for, 0 to 4 (`folio_lru_refs`).
    public abstract int refs(long state);

    /// The tier of eviction that a folio belongs to, 0 to 3 (`lru_tier_from_refs`).
    public abstract int tier(long state);

    /// Whether the ladder is at its end, so that eviction passes the folio by once, whatever its tier.
    public abstract boolean saturated(long state);

    /// One step up the ladder (`folio_inc_refs`, which is what `folio_mark_accessed` does here).
    public abstract long inced(long state);

    // --- placement ---------------------------------------------------------------------------

    /// A page fault adds the folio (`folio_add_lru` inside a fault).
    public abstract long faulted(long state);

    /// The generation that a folio is added to, between `min` and `max`; `rotated` if to the tail.
    public abstract long placement(long state, int type, boolean rotated, long min, long max);

    // --- aging and eviction ------------------------------------------------------------------

    /// Whether a walk leaves the accessed bit of a folio alone that is on no list at the moment.
    public abstract boolean walkSkipsOffList();

    /// A walk found the folio young, `label` being the youngest generation's bits: the new state, whose
    /// generation field says whether it was moved.
    public abstract long walked(long state, long label);

    /// An eviction candidate, or its neighbour in a session without a walk, was found young: the new
    /// state; [#promotes] says whether that makes it a folio for the youngest generations
    /// (`lru_gen_set_refs`).
    public abstract long sighted(long state);

    /// Whether [#sighted] is a promotion.
    public abstract boolean promotes(long state);

    /// The flags that eviction takes away from a folio that it isolates.
    public abstract long clearedByIsolation(long state);

    /// The flags that a folio loses when it is moved one generation up under lru_lock (`folio_inc_gen`).
    public abstract long clearedByIncGen();

    // --- refaults ----------------------------------------------------------------------------

    /// The workingset bit of a shadow.
    public abstract boolean shadowBit(long state);

    /// Whether a page evicted when `evictedMin` was the oldest generation has come back soon enough to count.
    /// `mask` covers the bits that a shadow keeps of a sequence number.
    public abstract boolean isRecent(long evictedMin, long min, long max, long mask);

    /// Whether other refaults are not even counted.
    public boolean countsRecentOnly() {
        return false;
    }

    /// refs of a refaulted page, from the two bits and the workingset bit of its shadow.
    public abstract int refaultRefs(int stored, boolean bit);

    /// Tier that a refault is booked on.
    public abstract int refaultTier(int refs, boolean bit);

    /// Whether a recent refault counts as `workingset_activate`.
    public abstract boolean refaultActivates(boolean bit, boolean inFault);

    /// Whether a recent refault counts as `workingset_restore`.
    public abstract boolean refaultRestores(int refs, boolean bit, boolean inFault);

    /// The state of a folio that a recent refault brings back.
    public abstract long refaulted(long state, int refs, boolean restores);

    // --- tier controller ---------------------------------------------------------------------

    /// Gain of the lowest tier, and of those compared with it: a tier is protected once it refaults more
    /// than `tierGain / baseGain` as often.
    public abstract int baseGain();

    public abstract int tierGain();

    static int log2Ceil(int n) {
        return n <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(n - 1);
    }

    /// 6.1 and 6.12: the refs field counts on from the workingset flag, and a young sighting in a page table
    /// promotes at once.
    private static final class RefsAndWorkingset extends LruGenRules {
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

    /// 6.18: the first sighting only marks, the second promotes and leaves the workingset flag behind, which
    /// lasts until the page is reclaimed and puts it into a tier of its own.
    private static class ReferencedFirst extends LruGenRules {
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

    /// 7.2: as 6.18, but a fault marks the folio referenced instead of active, so the first sighting after
    /// it promotes.
    private static final class ReferencedAtFault extends ReferencedFirst {
        @Override
        public long faulted(long state) {
            if ((state & WORKINGSET) != 0) {
                return state | ACTIVE;
            }
            return (state & REFERENCED) == 0 ? inced(state) : state;
        }

        @Override
        long keepsFromOldest() {
            return WORKINGSET | REFERENCED;
        }

        @Override
        public long sighted(long state) {
            if (!promotes(state)) {
                return state | REFERENCED;
            }
            if (refs(state) > 1) {
                return (state & ~(REFERENCED | REFS_MASK)) | WORKINGSET;
            }
            return inced(state);
        }

        @Override
        public boolean refaultActivates(boolean bit, boolean inFault) {
            return inFault && bit;
        }
    }
}
