package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.notifier.TwoBitmapYoung;
import org.jspecify.annotations.Nullable;

/// `two-bitmaps`: the primitive itself.
final class TwoBitmapNotifier extends KvmMmuNotifier implements TwoBitmapYoung {
    TwoBitmapNotifier(Vm vm, HvaWalk walk, AgingPlan plan) {
        super(vm, walk, plan);
    }

    @Override
    public boolean testClearYoung(
            Cpu cpu,
            long start,
            long end,
            boolean clear,
            long @Nullable [] young,
            long @Nullable [] predicate) {
        return harvest(cpu, start, end, clear, young, predicate);
    }
}
