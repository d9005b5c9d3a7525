package org.gleaner.lab.run;

/// What a guest's accesses and its host asked of the second stage, by kind.
///
/// @param translationFaults accesses to what was not mapped
/// @param accessFaults accesses through an entry whose access flag was clear, or that was
///     access-tracked
/// @param permissionFaults accesses that an entry did not permit
/// @param ageCalls notifiers that test and clear
/// @param testAgeCalls notifiers that test
/// @param unmapCalls notifiers that take a range away
public record Stage2(
        long translationFaults,
        long accessFaults,
        long permissionFaults,
        long ageCalls,
        long testAgeCalls,
        long unmapCalls) {}
