package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// A pass that looks at primary accessed bits only.
final class PrimaryWindow extends SecondaryAging.Window {
    @Override
    public void begin(MmuNotifierSubscriptions mm, long start, long end) {}

    @Override
    public boolean test(Cpu cpu, long vpn, boolean primaryYoung) {
        return primaryYoung;
    }

    @Override
    public void skip(Cpu cpu, long vpn) {}

    @Override
    public boolean clear(Cpu cpu, long vpn) {
        return false;
    }

    @Override
    public void finish(Cpu cpu) {}
}
