package org.gleaner.machine;

/// Who is told of what a kernel's tracepoints tell, each by its CPU at that CPU's own time: events
/// of several CPUs do not come in the order of their times. To tell is no step and takes no time.
public interface Tracer {
    /// Something was done, from `since` until now; in no time if the two are equal.
    ///
    /// @param since nanoseconds of the CPU's clock
    /// @param a the point's first field, then its second and third; 0 for what it has not
    void event(Cpu cpu, Tracepoint point, long since, long a, long b, long c);

    /// A lock was waited for, from `since` until now.
    ///
    /// @param write for writing, or alone; else for reading
    void waited(Cpu cpu, LockClass lock, boolean write, long since);
}
