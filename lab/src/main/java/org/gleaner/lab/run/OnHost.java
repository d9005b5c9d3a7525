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
        return host().lru();
    }

    default LruGenChoice lruGen() {
        return host().lruGen();
    }

    default Kernel kernel() {
        return host().kernel();
    }

    default Through through() {
        return host().through();
    }

    default AgingChoice aging() {
        return host().aging();
    }

    default Backing backing() {
        return host().backing();
    }

    default Thp thp() {
        return host().thp();
    }

    default SwapDeviceChoice swap() {
        return host().swap();
    }

    default long swapPages() {
        return host().swapPages();
    }

    default int pageCluster() {
        return host().pageCluster();
    }

    default int swappiness() {
        return host().swappiness();
    }

    default ArchChoice arch() {
        return host().arch();
    }

    default Stage2Choice stage2Kind() {
        return host().stage2Kind();
    }

    default boolean hardwareAccessed() {
        return host().hardwareAccessed();
    }

    default PageSizeChoice pageSize() {
        return host().pageSize();
    }

    default EngineChoice engine() {
        return host().engine();
    }

    default long seed() {
        return host().seed();
    }
}
