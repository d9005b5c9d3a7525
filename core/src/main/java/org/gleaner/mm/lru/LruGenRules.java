package org.gleaner.mm.lru;

import static org.gleaner.mm.folio.FolioLayout.REFS_SHIFT;

import org.gleaner.mm.version.KernelVersion;

/// What a folio's flags mean to MGLRU, and how its life changes them, by kernel version: the
/// reference ladder, the generation it is put into, what a young sighting does, what is left of it
/// in a shadow.
///
/// All methods are functions from one state word ([org.gleaner.mm.folio.FolioLayout]) to another,
/// or to a decision; the callers apply them atomically. "First sighting" below is a folio with
/// neither referenced nor workingset flag.
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

    /// Whether the ladder is at its end, so that eviction passes the folio by once, whatever its
    /// tier.
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

    /// A walk found the folio young, `label` being the youngest generation's bits: the new state,
    /// whose generation field says whether it was moved.
    public abstract long walked(long state, long label);

    /// An eviction candidate, or its neighbour in a session without a walk, was found young: the
    /// new state; [#promotes] says whether that makes it a folio for the youngest generations
    /// (`lru_gen_set_refs`).
    public abstract long sighted(long state);

    /// Whether [#sighted] is a promotion.
    public abstract boolean promotes(long state);

    /// The flags that eviction takes away from a folio that it isolates.
    public abstract long clearedByIsolation(long state);

    /// The flags that a folio loses when it is moved one generation up under lru_lock
    /// (`folio_inc_gen`).
    public abstract long clearedByIncGen();

    // --- refaults ----------------------------------------------------------------------------

    /// The workingset bit of a shadow.
    public abstract boolean shadowBit(long state);

    /// Whether a page evicted when `evictedMin` was the oldest generation has come back soon enough
    /// to count. `mask` covers the bits that a shadow keeps of a sequence number.
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

    /// Gain of the lowest tier, and of those compared with it: a tier is protected once it refaults
    /// more than `tierGain / baseGain` as often.
    public abstract int baseGain();

    public abstract int tierGain();

    static int log2Ceil(int n) {
        return n <= 1 ? 0 : 32 - Integer.numberOfLeadingZeros(n - 1);
    }
}
