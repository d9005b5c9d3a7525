package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// Another design, but for what a subclass overrides: for ablations, switches and known bugs.
public abstract class AlteredAging extends SecondaryAging {
    private final SecondaryAging design;

    protected AlteredAging(SecondaryAging design) {
        this.design = design;
    }

    @Override
    public boolean clearYoung(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
        return design.clearYoung(cpu, mm, start, end);
    }

    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        return design.target(cpu, mm, vpn, primaryYoung);
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
