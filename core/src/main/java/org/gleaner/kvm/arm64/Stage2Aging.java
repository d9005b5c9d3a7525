package org.gleaner.kvm.arm64;

import org.gleaner.kvm.mmu.LockMode;

/// How agers go about their work, and what has to wait for them: what the versions of one patch
/// series, and its reviews, differ in on arm64.
///
/// | | `mmu_lock` | the flag is taken by | a table that an unmap has emptied is freed |
/// |---|---|---|---|
/// | [#LOCKED] | write | a plain store | at once |
/// | [#SHARED] | read | a compare-and-swap | at once: unmaps hold the lock for writing |
/// | [#V3_AS_POSTED] | read | a plain store | the same |
/// | [#LOCKLESS] | none | a compare-and-swap | after a grace period |
/// | [#V1_REVIEWED] | none | a compare-and-swap | after one, by a callback that looks for more |
/// | [#V1_AS_POSTED] | none | a compare-and-swap | after a grace period |
///
/// The root is freed at the end of the address space: at once if every ager takes the lock and
/// looks whether there still is one, else after a grace period; with [#V1_AS_POSTED] only when the
/// VM itself ends.
///
/// @param lock in which mode `mmu_lock` is held
/// @param compares whether an entry is changed only if it still is what was read
/// @param looksForMore whether the callback that frees an emptied table visits each of its entries
/// @param endsWithMemory whether the end of the address space takes all entries away
public record Stage2Aging(
        LockMode lock, boolean compares, boolean looksForMore, boolean endsWithMemory) {
    /// As merged, and before the series.
    public static final Stage2Aging LOCKED = new Stage2Aging(LockMode.WRITE, false, false, true);

    /// v3 as described, v4, v5.
    public static final Stage2Aging SHARED = new Stage2Aging(LockMode.READ, true, false, true);

    /// v3 as posted: its walk is not SHARED, so `stage2_try_set_pte` is a plain store.
    public static final Stage2Aging V3_AS_POSTED =
            new Stage2Aging(LockMode.READ, false, false, true);

    /// v2, whose unmap puts a table's page by RCU, and v2 as its review asked: by the deferred free
    /// that is there, which then passes over a table without entries.
    public static final Stage2Aging LOCKLESS = new Stage2Aging(LockMode.NONE, true, false, true);

    /// v1 as its review asked: by the deferred free as it is.
    public static final Stage2Aging V1_REVIEWED = new Stage2Aging(LockMode.NONE, true, true, true);

    /// v1 as posted: `kvm_arch_flush_shadow_all` is empty.
    public static final Stage2Aging V1_AS_POSTED =
            new Stage2Aging(LockMode.NONE, true, false, false);

    /// Whether others change entries meanwhile; then agers are in an RCU read section.
    boolean isShared() {
        return lock != LockMode.WRITE;
    }

    /// Whether tables that an unmap takes out may still be read by an ager.
    boolean outrunsUnmap() {
        return lock == LockMode.NONE;
    }
}
