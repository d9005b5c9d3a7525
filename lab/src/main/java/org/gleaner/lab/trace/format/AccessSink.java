package org.gleaner.lab.trace.format;

/// Takes the accesses of a trace, in its order.
///
/// A page is an unsigned 64-bit number: an address without its lower 12 bits, a block of 4 KiB, or
/// a key. What comes between two accesses holds for all that follow, until it is said again.
public interface AccessSink {

    /// One access to one page.
    ///
    /// @param page unsigned
    void access(long page, boolean write);

    /// `count` accesses that touch a page without an order among each other: of a format that
    /// counts. By default one access.
    default void counted(long page, long reads, long writes) {
        access(page, reads == 0);
    }

    /// The name space of the pages that follow, 0 and up, in the order of their first use. Numbers
    /// of different spaces are different pages.
    ///
    /// @param name for people; empty if there is only one
    default void space(int space, String name) {}

    /// The hardware thread, or thread of the program, of what follows.
    default void cpu(long cpu) {}

    /// When what follows happened: nanoseconds from any point, or any unit that grows.
    default void time(long time) {}
}
