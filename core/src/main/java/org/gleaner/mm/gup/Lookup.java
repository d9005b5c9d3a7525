package org.gleaner.mm.gup;

/// How a page is to be looked up: bits (`FOLL_*`, and what `struct kvm_follow_pfn` adds).
public final class Lookup {
    /// To be written to.
    public static final int WRITE = 1;

    /// Of a read: find out whether the host maps the page writable (`map_writable`).
    public static final int WANT_WRITABLE = 1 << 1;

    /// Do not sleep for the page: [PageClaim#NEEDS_IO] instead (`FOLL_NOWAIT`).
    public static final int NOWAIT = 1 << 2;

    /// A signal may end a sleep (`FOLL_INTERRUPTIBLE`).
    public static final int INTERRUPTIBLE = 1 << 3;

    /// Pin the page instead of referencing it (`FOLL_PIN`). Never with [#WANT_WRITABLE].
    public static final int PIN = 1 << 4;

    /// With [#WRITE]: only what is there and writable now; [PageClaim#FAULT] else
    /// (`FOLL_FAST_ONLY`). Takes no lock that sleeps and never faults, so a spinlock may be held.
    public static final int FAST_ONLY = 1 << 5;

    /// With [#PIN]: a frame that has no page, and so cannot be pinned, will do
    /// (`allow_unsafe_mappings`).
    public static final int UNSAFE = 1 << 6;

    private Lookup() {}
}
