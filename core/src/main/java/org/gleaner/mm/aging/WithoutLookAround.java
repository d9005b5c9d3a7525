package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// Ablation: a design whose eviction target never recommends its neighbours.
final class WithoutLookAround extends SecondaryAging {
    private final SecondaryAging design;

    WithoutLookAround(SecondaryAging design) {
        this.design = design;
    }

    @Override
    public boolean clearYoung(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
        return design.clearYoung(cpu, mm, start, end);
    }

    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        return design.target(cpu, mm, vpn, primaryYoung) & ~LOOK_AROUND;
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return design.trustsNonLeafYoung();
    }

    @Override
    public boolean passesOver(MmuNotifierSubscriptions mm) {
        return design.passesOver(mm);
    }

    @Override
    public Window newWindow() {
        return design.newWindow();
    }
}
