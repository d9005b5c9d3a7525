package org.gleaner.kvm;

/// What the notifiers of the host have asked of a VM.
///
/// @param age calls that test and clear
/// @param testAge calls that test
/// @param unmap calls that take a range away
/// @param ageReadLocks times that a young query has held `mmu_lock` for reading
/// @param ageWriteLocks times that one has held it for writing
public record NotifierCalls(
        long age, long testAge, long unmap, long ageReadLocks, long ageWriteLocks) {}
