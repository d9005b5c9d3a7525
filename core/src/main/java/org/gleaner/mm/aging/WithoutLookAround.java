package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// Ablation: a design whose eviction target never recommends its neighbours.
final class WithoutLookAround extends AlteredAging {
    WithoutLookAround(SecondaryAging design) {
        super(design);
    }

    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        return super.target(cpu, mm, vpn, primaryYoung) & ~LOOK_AROUND;
    }
}
