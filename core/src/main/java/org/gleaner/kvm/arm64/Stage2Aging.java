package org.gleaner.kvm.arm64;

import org.gleaner.kvm.mmu.LockMode;

/// How agers go about their work: what the versions of one patch series, and its reviews, differ in
/// on arm64.
///
/// | | `mmu_lock` | the flag is taken by | a table that an unmap has emptied is freed |
/// |---|---|---|---|
/// | [#LOCKED] | write | a plain store | at once |
/// | [#SHARED] | read | a compare-and-swap | at once: unmaps hold the lock for writing |
/// | [#LOCKLESS] | none | a compare-and-swap | after a grace period |
///
/// The root is freed at the end of the address space: at once if every ager takes the lock and
/// looks whether there still is one, else after a grace period.
///
/// @param lock in which mode `mmu_lock` is held
/// @param compares whether an entry is changed only if it still is what was read
public record Stage2Aging(LockMode lock, boolean compares) {
    /// As merged, and before the series.
    public static final Stage2Aging LOCKED = new Stage2Aging(LockMode.WRITE, false);

    /// v3 as described, v4, v5.
    public static final Stage2Aging SHARED = new Stage2Aging(LockMode.READ, true);

    /// v1 as its review asked, v2.
    public static final Stage2Aging LOCKLESS = new Stage2Aging(LockMode.NONE, true);

    /// Whether others change entries meanwhile; then agers are in an RCU read section.
    boolean isShared() {
        return lock != LockMode.WRITE;
    }

    /// Whether tables that an unmap takes out may still be read by an ager.
    boolean outrunsUnmap() {
        return lock == LockMode.NONE;
    }
}
