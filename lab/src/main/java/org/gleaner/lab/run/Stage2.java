package org.gleaner.lab.run;

import org.jspecify.annotations.Nullable;

/// What a guest's accesses and its host asked of the second stage, by kind.
///
/// @param translationFaults accesses to what was not mapped
/// @param accessFaults accesses through an entry whose access flag was clear, or that was
///     access-tracked
/// @param permissionFaults accesses that an entry did not permit
/// @param ageCalls notifiers that test and clear
/// @param testAgeCalls notifiers that test
/// @param unmapCalls notifiers that take a range away
/// @param ageReadLocks times that a young query has held `mmu_lock` for reading
/// @param ageWriteLocks times that one has held it for writing
/// @param vmFlushes invalidations of all that the guest's processors have cached
/// @param rangeFlushes of a range
/// @param entryFlushes of one entry, to replace it
/// @param localFlushes of one page on one processor, which has got more rights to it
/// @param emptiedTables tables that were given back because an unmap had emptied them
/// @param callbackEntries entries of those that the callback which frees them has looked at
/// @param mappedAfterRelease leaves that are there when the address space has ended; null if the
///     replay was not finished, or is of x86, where nothing is
public record Stage2(
        long translationFaults,
        long accessFaults,
        long permissionFaults,
        long ageCalls,
        long testAgeCalls,
        long unmapCalls,
        long ageReadLocks,
        long ageWriteLocks,
        long vmFlushes,
        long rangeFlushes,
        long entryFlushes,
        long localFlushes,
        long emptiedTables,
        long callbackEntries,
        @Nullable Long mappedAfterRelease) {}
