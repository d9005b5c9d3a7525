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

/// A request for something to be replayed on a host: its [HostChoices], each by its name.
public sealed interface OnHost permits ReplayRequest, TogetherRequest, TrialRequest, TurnsRequest {

    HostChoices host();

    default Lru lru() {
        return host().reclaimer().lru();
    }

    default LruGenChoice lruGen() {
        return host().reclaimer().lruGen();
    }

    default Kernel kernel() {
        return host().reclaimer().kernel();
    }

    default Through through() {
        return host().memory().through();
    }

    default AgingChoice aging() {
        return host().reclaimer().aging();
    }

    default Backing backing() {
        return host().memory().backing();
    }

    default Thp thp() {
        return host().memory().thp();
    }

    default SwapDeviceChoice swap() {
        return host().swap().device();
    }

    default long swapPages() {
        return host().swap().pages();
    }

    default int pageCluster() {
        return host().swap().pageCluster();
    }

    default int swappiness() {
        return host().reclaimer().swappiness();
    }

    default ArchChoice arch() {
        return host().processor().arch();
    }

    default Stage2Choice stage2Kind() {
        return host().processor().stage2Kind();
    }

    default boolean hardwareAccessed() {
        return host().processor().hardwareAccessed();
    }

    default PageSizeChoice pageSize() {
        return host().processor().pageSize();
    }

    default EngineChoice engine() {
        return host().engine();
    }

    default long seed() {
        return host().seed();
    }
}
