package org.gleaner.kvm.aging;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.SplitBitmapYoung;
import org.jspecify.annotations.Nullable;

/// `v3`. The answer is the fast path's also with the lock put back, so that nothing else changes
/// then.
final class SplitBitmapHalf implements SplitBitmapYoung {
    private final Harvester vm;

    SplitBitmapHalf(Harvester vm) {
        this.vm = vm;
    }

    @Override
    public int clearYoung(Cpu cpu, long start, long end, long @Nullable [] bitmap) {
        return vm.harvest(cpu, start, end, new AgeQuery(true, null, bitmap)) ? FAST : 0;
    }

    @Override
    public int testYoung(Cpu cpu, long start, long end, long @Nullable [] bitmap) {
        return vm.harvest(cpu, start, end, new AgeQuery(false, bitmap, null)) ? FAST : 0;
    }
}
