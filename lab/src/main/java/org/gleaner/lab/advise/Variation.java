package org.gleaner.lab.advise;

import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.scenario.HostShare;

/// A host and the VMs that are put on it, any number of them.
record Variation(AdvisedHost host, Population of) {

    /// Parts of its usable memory that a host keeps free at most: with less, nothing is left to
    /// try.
    private static final int MOST_KEPT_FREE = 4;

    /// Sum of what so many VMs touch by what the host has.
    double ratio(int vms) {
        return of.touchedPages(vms) / (double) host.pages();
    }

    /// Whether so many VMs have room in memory and swap together, all reclaimed.
    boolean hasRoom(int vms) {
        long touched = of.touchedPages(vms);
        SwapDeviceChoice device = host.settings().swap().device();
        int page = host.pageSize().bytes();
        HostShare share = HostShare.of(host.pages(), touched, touched, device, page);
        long kept = host.keptFreePages();
        return share.usablePages() >= MOST_KEPT_FREE * kept
                && touched <= share.usablePages() - kept + host.swapPages();
    }

    /// How many VMs need no reclaim, at least 1.
    int fitWhole() {
        int vms = 1;
        while (of.touchedPages(vms + 1) <= host.pages() - host.keptFreePages()) {
            vms++;
        }
        return vms;
    }
}
