package org.gleaner.kvm.aging;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.PredicateBitmapYoung;
import org.jspecify.annotations.Nullable;

/// `v2`. The answer is the fast path's also with the lock put back, so that nothing else changes
/// then.
final class PredicateBitmapHalf implements PredicateBitmapYoung {
    private final Harvester vm;

    PredicateBitmapHalf(Harvester vm) {
        this.vm = vm;
    }

    @Override
    public int testClearYoung(
            Cpu cpu, long start, long end, boolean clear, long @Nullable [] bitmap) {
        long[] out = clear ? null : bitmap;
        long[] in = clear ? bitmap : null;
        return vm.harvest(cpu, start, end, new AgeQuery(clear, out, in)) ? LOCKLESS : 0;
    }
}
