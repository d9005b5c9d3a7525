package org.gleaner.kvm.arch;

import org.gleaner.kvm.mmu.LockMode;

/// How the operations of a second stage hold `mmu_lock`. A zap that the host asks for holds it for
/// writing everywhere.
///
/// @param kind what kind of lock it is
/// @param fault a fault that installs a page
/// @param fast a fault that gives an entry back what it had
/// @param age agers, where the design does not say more
/// @param writeProtect the beginning of a dirty log
public record Locks(Kind kind, LockMode fault, LockMode fast, LockMode age, LockMode writeProtect) {
    /// What stands behind the name `mmu_lock`.
    public enum Kind {
        /// A reader-writer lock.
        RW_LOCK,

        /// A spinlock: every mode is alone.
        SPIN_LOCK
    }
}
