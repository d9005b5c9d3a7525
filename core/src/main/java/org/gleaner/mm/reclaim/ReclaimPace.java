package org.gleaner.mm.reclaim;

/// How long the CPU takes for what reclaim does that a queued worker waits to take it from: see
/// [QueuedWorker].
///
/// @param scanned nanoseconds for a page that is taken off its list, whatever becomes of it
/// @param sorted nanoseconds for one that is only moved to another list
/// @param walk how many times as long as this machine it takes for a walk of page tables
public record ReclaimPace(long scanned, long sorted, long walk) {
    /// No tick comes before the task leaves the kernel; a chance stands for those that do.
    public static final ReclaimPace NO_TICK = new ReclaimPace(0, 0, 0);
}
