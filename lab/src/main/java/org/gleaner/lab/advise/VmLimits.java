package org.gleaner.lab.advise;

import org.gleaner.lab.run.PressureTarget;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.scenario.Limit;
import org.jspecify.annotations.Nullable;

/// What is written to the files of every VM's cgroup; shares are of what the VM touches.
///
/// @param target up to which memory is asked back from it, or null
public record VmLimits(
        Limit max, Limit high, Limit low, Limit min, @Nullable PressureTarget target) {

    private static final Limit UNBOUNDED = Limit.parse("max");
    private static final Limit NOTHING = Limit.parse("0");

    /// As cgroups are made.
    public static final VmLimits NONE = new VmLimits(UNBOUNDED, UNBOUNDED, NOTHING, NOTHING, null);

    /// The same with another `memory.low`.
    public VmLimits withLow(Limit other) {
        return new VmLimits(max, high, other, min, target);
    }

    TrialVm.Limits of(long pages, int pageBytes) {
        return new TrialVm.Limits(
                max.pages(pages, pageBytes),
                high.pages(pages, pageBytes),
                low.pages(pages, pageBytes),
                min.pages(pages, pageBytes),
                target);
    }
}
