package org.gleaner.lab.observe;

import java.util.List;

/// A host as it was at one time.
///
/// @param nanos of virtual time
/// @param phase of the run that the next sample tells of
/// @param isBound where a phase begins or ends: such a sample is always kept
/// @param rows the host itself, and each guest where it has several
public record HostSample(long nanos, String phase, boolean isBound, List<Row> rows) {

    public HostSample {
        rows = List.copyOf(rows);
    }

    /// What a cgroup, or all of the host, was like.
    ///
    /// @param group `host`, or the guest's name
    /// @param values in the order of [HostColumns#NAMES]; [HostColumns#NONE] for what it has not
    @SuppressWarnings("ArrayRecordComponent") // a record for its names; nobody compares rows
    public record Row(String group, long[] values) {}

    HostSample in(String other) {
        return new HostSample(nanos, other, isBound, rows);
    }
}
