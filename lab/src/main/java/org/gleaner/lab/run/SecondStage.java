package org.gleaner.lab.run;

/// What a guest met in the second stage: how often an access left the guest, and what came of it.
///
/// @param faults that installed a leaf
/// @param hugeFaults of these, those whose leaf maps 2 MiB or more
/// @param fastFaults that needed no lock
/// @param spurious that had nothing to do
/// @param retries that had to come again, because of an invalidation or a lost race
/// @param flushes of the translations that a vCPU has cached
public record SecondStage(
        long faults, long hugeFaults, long fastFaults, long spurious, long retries, long flushes) {}
