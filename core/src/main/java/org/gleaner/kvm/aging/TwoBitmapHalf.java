package org.gleaner.kvm.aging;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.TwoBitmapYoung;
import org.jspecify.annotations.Nullable;

/// `two-bitmaps`: the primitive itself.
final class TwoBitmapHalf implements TwoBitmapYoung {
    private final Harvester vm;

    TwoBitmapHalf(Harvester vm) {
        this.vm = vm;
    }

    @Override
    public boolean testClearYoung(
            Cpu cpu,
            long start,
            long end,
            boolean clear,
            long @Nullable [] young,
            long @Nullable [] predicate) {
        return vm.harvest(cpu, start, end, new AgeQuery(clear, young, predicate));
    }
}
