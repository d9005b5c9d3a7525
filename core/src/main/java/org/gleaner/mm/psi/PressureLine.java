package org.gleaner.mm.psi;

/// A line of a pressure file.
///
/// @param avg10 percent of the time, of late: the last ten seconds count most; two digits behind
///     the point
/// @param avg60 the same over a minute
/// @param avg300 the same over five minutes
/// @param totalNanos since the host started
public record PressureLine(double avg10, double avg60, double avg300, long totalNanos) {}
