package org.gleaner.lab.scenario;

import org.gleaner.lab.choice.HostFile;
import org.jspecify.annotations.Nullable;

/// A command to a guest's cgroup as scenarios of neighbours once spelled it, in a list `writes`. It
/// is read for the files that people have, and becomes a [HostCommand].
///
/// @param atMillis after all guests are populated
/// @param swappiness of `memory.reclaim`; left out, the host's
record CgroupWrite(
        int atMillis,
        String guest,
        HostFile file,
        Limit value,
        @MayBeLeftOut @Nullable Integer swappiness) {

    /// The number by which `lru_gen` knows what `memory.reclaim` calls `max`.
    private static final int ANON_ONLY = 201;

    /// The text that says the same. A swappiness that is the host's is not said, for there are
    /// kernels that take none.
    String text(String hosts) {
        if (file != HostFile.RECLAIM || swappiness == null || swappiness.toString().equals(hosts)) {
            return value.toString();
        }
        return value + " swappiness=" + (swappiness == ANON_ONLY ? "max" : swappiness);
    }
}
