package org.gleaner.lab.run;

import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.Stage2Choice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;

/// What is chosen of a host that traces are replayed on, be it one or several.
///
/// @param lruGen [LruGenChoice#NONE] exactly if `lru` is classic
/// @param aging how the host learns of a guest's accesses; of no effect unless `through` is KVM
/// @param thp of no effect on a memfd
/// @param swapPages size of swap: 1 and up, 0 exactly if `swap` is none
/// @param pageCluster `vm.page-cluster`, 0 to 9; of no effect on zram
/// @param swappiness `vm.swappiness`, 0 to 200
/// @param arch the processor
/// @param hardwareAccessed whether it sets accessed bits by itself; if not, accesses fault for them
/// @param stage2Kind plain unless `arch` is arm64 and `through` is KVM
/// @param pageSize of a base page, in which all that is counted in pages counts
/// @param seed of everything random in the machine
public record HostChoices(
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
        ArchChoice arch,
        boolean hardwareAccessed,
        Stage2Choice stage2Kind,
        PageSizeChoice pageSize,
        EngineChoice engine,
        long seed) {

    /// The same with another size of swap.
    HostChoices withSwap(long pages) {
        return new HostChoices(
                lru,
                lruGen,
                kernel,
                through,
                aging,
                backing,
                thp,
                swap,
                pages,
                pageCluster,
                swappiness,
                arch,
                hardwareAccessed,
                stage2Kind,
                pageSize,
                engine,
                seed);
    }
}
