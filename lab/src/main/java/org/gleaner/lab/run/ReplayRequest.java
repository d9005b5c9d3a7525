package org.gleaner.lab.run;

import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.trace.Trace;

/// Replay one trace, its pages being the host's, in order and by one task, in a region of
/// [Trace#regionPages] pages under a memory limit.
///
/// @param memoryPages the limit, `memory.max`: 1 and up; may exceed the region
/// @param ageEvery force an aging pass through debugfs every so many accesses; 0 for never
/// @param keepsTranslations whether a task's CPU keeps translations as that of an emulated x86
///     machine does; else each access walks the page tables. Of no effect on other machines, and
///     behind a guest
public record ReplayRequest(
        Trace trace, long memoryPages, HostChoices host, long ageEvery, boolean keepsTranslations)
        implements OnHost {

    /// A replay as in the runs of real kernels that replays are compared with.
    public ReplayRequest(Trace trace, long memoryPages, HostChoices host, long ageEvery) {
        this(trace, memoryPages, host, ageEvery, true);
    }

    /// Pages of the limit that the kernel takes for itself; a memfd's index and a guest's page
    /// tables come on top.
    public static final int KERNEL_PAGES = 3;

    /// Pages of the limit that a process has besides those of the trace, at most: one that it reads
    /// its cgroup's counters into again and again, and five that go to swap when memory is short.
    public static final int OWN_PAGES = 6;

    /// Pages of the limit that hold nothing of the trace to the end, however short memory is.
    public static final int STANDING_PAGES = KERNEL_PAGES + 1;

    /// `vm.swappiness` where nobody sets it.
    public static final int DEFAULT_SWAPPINESS = 60;

    private static final long LEAST_SWAP_BYTES = 2L << 30;

    /// Two GiB.
    public static long leastSwap(PageSizeChoice page) {
        return LEAST_SWAP_BYTES / page.bytes();
    }

    /// So much swap that it is never half full: two GiB, or three times what the trace touches.
    public static long ampleSwap(Trace trace, PageSizeChoice page) {
        return Math.max(leastSwap(page), 3L * trace.distinctPages());
    }

    /// The same replay where memory is never short.
    public ReplayRequest withoutLimit() {
        return of(trace, leastSwap(pageSize()) + 2L * trace.regionPages(), swapPages(), ageEvery);
    }

    /// The same replay of another trace, with what goes by its size.
    public ReplayRequest of(Trace trace, long memoryPages, long swapPages, long ageEvery) {
        return new ReplayRequest(
                trace, memoryPages, host.withSwap(swapPages), ageEvery, keepsTranslations);
    }

    /// The same replay where each access walks the page tables.
    public ReplayRequest withoutTranslations() {
        return new ReplayRequest(trace, memoryPages, host, ageEvery, false);
    }
}
