package org.gleaner.mm.reclaim;

import org.jspecify.annotations.Nullable;

/// What takes the CPU of a task that reclaims and gives it back, where the tasks that would do so
/// are not there.
///
/// @param switchChance probability that another task runs between two agings of one reclaim that
///     wrote nothing in between; 0 if only tasks that are really there run
/// @param workersRun whether work that reclaim queues takes its CPU for a moment: see
///     [org.gleaner.mm.memcg.VmPressure]. When depends on every page that the cgroup's reclaim has
///     scanned, so it is right only where all that is in the cgroup is played
/// @param byWalk whether the chance is that of a walk of page tables, and an aging that walks none
///     has none; else it is one of agings, whatever they walk
/// @param pace of a CPU on which such work waits for a tick (`PREEMPT_LAZY`); null if it does not
public record Preemption(
        double switchChance, boolean workersRun, boolean byWalk, @Nullable ReclaimPace pace) {
    /// Only tasks that are there run.
    public static final Preemption NONE = new Preemption(0, false, false, null);
}
