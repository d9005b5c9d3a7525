package org.gleaner.check;

/// What a search's answer rests on, where it has no finding.
enum Extent {
    /// Every schedule within the bound was tried, or is known to lead where a tried one led.
    ALL,

    /// A finding, or the time that one search may take, came before the end.
    PART,

    /// Random schedules.
    SAMPLE,

    /// The one schedule that was asked for.
    ONE,

    /// The user wanted an end in the middle.
    CUT_OFF,

    /// The user wanted an end before it began.
    NOT_BEGUN;

    /// Whether it is all that was asked for.
    boolean isFinished() {
        return this != CUT_OFF && this != NOT_BEGUN;
    }
}
