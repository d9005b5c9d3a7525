package org.gleaner.kvm.aging;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifier;

/// What a VM does for its half of an aging design.
public interface Harvester {
    /// Ages the host pages `[start, end)` wherever they are mapped, in the frame of the design's
    /// own query and under the lock that its plan says. Bit `k` of a bitmap is page `end - 1 - k`.
    ///
    /// @return whether any was young
    boolean harvest(Cpu cpu, long start, long end, AgeQuery query);

    /// The VM's subscription.
    MmuNotifier baseline();
}
