package org.gleaner.lab.choice;

/// Where pages are swapped to.
public enum SwapDeviceChoice implements Choice {
    /// Compressed memory: synchronous, without readahead.
    ZRAM("zram"),

    /// A virtual disk as a guest sees it unless told otherwise, one that says it rotates:
    /// asynchronous, reads ahead around the slot.
    DISK("disk"),

    /// A solid-state drive: asynchronous, reads ahead around the faulting address.
    SSD("ssd"),

    /// As `ssd`, of 3D XPoint: it answers a read in a tenth of the time.
    OPTANE("optane"),

    /// Nowhere: what does not fit ends in the OOM killer.
    NONE("none");

    private final String label;

    SwapDeviceChoice(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
