package org.gleaner.lab.run;

import org.gleaner.lab.trace.TraceLap;
import org.jspecify.annotations.Nullable;

/// A virtual machine of a trial: what it touches, how large it is, how fast it goes, and the limits
/// of its cgroup.
///
/// @param name of its own among those of its host
/// @param lap what it does, from where on
/// @param sizePages what it was given as memory: at least what its trace touches
/// @param accessesPerSecond while nothing holds it up; more than 0
public record TrialVm(
        String name, TraceLap lap, long sizePages, double accessesPerSecond, Limits limits) {

    /// Files of its cgroup, in pages.
    ///
    /// @param max `memory.max`, or [TogetherRequest#UNLIMITED]
    /// @param high `memory.high`, or the same
    /// @param low `memory.low`
    /// @param min `memory.min`
    /// @param target up to which memory is asked back from it, or null
    public record Limits(long max, long high, long low, long min, @Nullable PressureTarget target) {

        /// As a cgroup is made.
        public static final Limits NONE =
                new Limits(TogetherRequest.UNLIMITED, TogetherRequest.UNLIMITED, 0, 0, null);
    }
}
