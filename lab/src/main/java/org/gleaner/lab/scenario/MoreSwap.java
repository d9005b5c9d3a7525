package org.gleaner.lab.scenario;

import java.util.Optional;

/// How much swap a scenario would need never to run out of it, as the keys and values that say so.
public final class MoreSwap {

    private static final int STEP = 10;

    private MoreSwap() {}

    /// Such as `host.swap.size=170%`, of the host's memory and so right at any scale; empty if
    /// there is a place in swap for every page of every guest.
    public static Optional<String> settings(Scenario scenario) {
        long backing = scenario.backingPages();
        if (scenario.swapPages() >= backing) {
            return Optional.empty();
        }
        String device = scenario.host().swap().present() ? "" : "host.swap.device=zram and ";
        long percent = STEP * Math.ceilDiv(100 * backing, STEP * scenario.hostPages());
        return Optional.of(device + "host.swap.size=" + percent + "%");
    }
}
