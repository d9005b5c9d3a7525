package org.gleaner.mm.reclaim;

import org.gleaner.machine.OneCpu;
import org.gleaner.mm.aging.SecondaryAging;

/// How secondary MMUs are asked at the moment, with a window of one CPU for it. A pass over pages
/// keeps its window to its end.
final class AgingInForce {
    private final ReclaimContext host;
    @OneCpu private SecondaryAging of;
    @OneCpu private SecondaryAging.Window window;

    AgingInForce(ReclaimContext host) {
        this.host = host;
        of = host.aging();
        window = of.newWindow();
    }

    SecondaryAging now() {
        return host.aging();
    }

    /// For the pass that begins now.
    SecondaryAging.Window window() {
        SecondaryAging now = now();
        if (now != of) {
            of = now;
            window = now.newWindow();
        }
        return window;
    }
}
