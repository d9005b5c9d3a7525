package org.gleaner.lab.scenario;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.size.Size;

/// Where pages go that do not fit.
public record Swap(
        SwapDeviceChoice device,
        @JsonPropertyDescription("Capacity; a share is of the host's memory.") Size size,
        @JsonPropertyDescription(
                        "vm.page-cluster: a swap-in reads up to 2^N pages, 0 to 9; on zram a memfd's only.")
                int pageCluster) {

    /// The largest readahead, 2^9 pages: 2 MiB.
    public static final int MOST_CLUSTER = 9;

    public boolean present() {
        return device != SwapDeviceChoice.NONE;
    }
}
