package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.notifier.SplitBitmapYoung;
import org.jspecify.annotations.Nullable;

/// `v3`. The answer is the fast path's also with the lock put back, so that nothing else changes
/// then.
final class SplitBitmapNotifier extends KvmMmuNotifier implements SplitBitmapYoung {
    SplitBitmapNotifier(Vm vm, HvaWalk walk, AgingPlan plan) {
        super(vm, walk, plan);
    }

    @Override
    public int clearYoung(Cpu cpu, long start, long end, long @Nullable [] bitmap) {
        return harvest(cpu, start, end, true, null, bitmap) ? FAST : 0;
    }

    @Override
    public int testYoung(Cpu cpu, long start, long end, long @Nullable [] bitmap) {
        return harvest(cpu, start, end, false, bitmap, null) ? FAST : 0;
    }
}
