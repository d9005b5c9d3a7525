package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.notifier.PredicateBitmapYoung;
import org.jspecify.annotations.Nullable;

/// `v2`. The answer is the fast path's also with the lock put back, so that nothing else changes
/// then.
final class PredicateBitmapNotifier extends KvmMmuNotifier implements PredicateBitmapYoung {
    PredicateBitmapNotifier(Vm vm, HvaWalk walk, AgingPlan plan) {
        super(vm, walk, plan);
    }

    @Override
    public int testClearYoung(
            Cpu cpu, long start, long end, boolean clear, long @Nullable [] bitmap) {
        long[] out = clear ? null : bitmap;
        long[] in = clear ? bitmap : null;
        return harvest(cpu, start, end, clear, out, in) ? LOCKLESS : 0;
    }
}
