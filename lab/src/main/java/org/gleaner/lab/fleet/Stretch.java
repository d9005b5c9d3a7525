package org.gleaner.lab.fleet;

/// What a row of a table says: a VM, or what stands for one, over some time. One object is filled
/// again for each row.
///
/// Memory is a share of the largest machine or in GiB, as the table has it; [Double#NaN] is what
/// the row does not say.
final class Stretch {

    /// Of what groups VMs, such as a job; with [#index] it tells them apart in tables whose rows
    /// are windows.
    long owner;

    long index;

    /// Where it ran; -1 if the table does not say.
    long machine;

    /// Seconds from the beginning of the table's time.
    double from;

    /// The same; [Double#NaN] if it went on for longer than the table.
    double to;

    /// Memory that it was given.
    double size;

    /// Memory that it used, the mean over the window.
    double used;

    /// The most that it used in the window.
    double most;

    /// Of what it used, page cache.
    double cache;

    void clear() {
        owner = 0;
        index = 0;
        machine = -1;
        from = Double.NaN;
        to = Double.NaN;
        size = Double.NaN;
        used = Double.NaN;
        most = Double.NaN;
        cache = Double.NaN;
    }
}
