package org.gleaner.lab.run;

import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.trace.Trace;

/// Replay one trace, in order and by one task, in a region of [Trace#regionPages] pages under a
/// memory limit.
///
/// @param memoryPages the limit, `memory.max`: 1 and up; may exceed the region
/// @param lruGen [LruGenChoice#NONE] exactly if `lru` is classic
/// @param aging how the host learns of a guest's accesses; of no effect unless `through` is KVM
/// @param thp of no effect on a memfd
/// @param swapPages size of swap: 1 and up, 0 exactly if `swap` is none
/// @param pageCluster `vm.page-cluster`, 0 to 9; of no effect on zram
/// @param swappiness `vm.swappiness`, 0 to 200
/// @param ageEvery force an aging pass through debugfs every so many accesses; 0 for never
/// @param seed of everything random in the machine
public record ReplayRequest(
        Trace trace,
        long memoryPages,
        Lru lru,
        LruGenChoice lruGen,
        Kernel kernel,
        Through through,
        AgingChoice aging,
        Backing backing,
        Thp thp,
        SwapDeviceChoice swap,
        long swapPages,
        int pageCluster,
        int swappiness,
        long ageEvery,
        EngineChoice engine,
        long seed) {

    /// Pages of the limit that the kernel takes for itself; a memfd's index and a guest's page
    /// tables come on top.
    public static final int KERNEL_PAGES = 4;

    /// The same without what of it are page tables, for a replay that counts those.
    public static final int KERNEL_PAGES_WITHOUT_TABLES = 3;

    /// `vm.swappiness` where nobody sets it.
    public static final int DEFAULT_SWAPPINESS = 60;

    /// Two GiB.
    public static final long LEAST_SWAP = 1 << 19;

    /// So much swap that it is never half full: two GiB, or three times what the trace touches.
    public static long ampleSwap(Trace trace) {
        return Math.max(LEAST_SWAP, 3L * trace.distinctPages());
    }

    /// The same replay where memory is never short.
    public ReplayRequest withoutLimit() {
        return of(trace, LEAST_SWAP + 2L * trace.regionPages(), swapPages, ageEvery);
    }

    /// The same replay of another trace, with what goes by its size.
    public ReplayRequest of(Trace trace, long memoryPages, long swapPages, long ageEvery) {
        return new ReplayRequest(
                trace,
                memoryPages,
                lru,
                lruGen,
                kernel,
                through,
                aging,
                backing,
                thp,
                swap,
                swapPages,
                pageCluster,
                swappiness,
                ageEvery,
                engine,
                seed);
    }
}
