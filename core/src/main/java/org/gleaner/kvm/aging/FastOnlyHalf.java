package org.gleaner.kvm.aging;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.FastOnlyYoung;

/// `v5-fast-only`. Never fails: no shadow pages here.
final class FastOnlyHalf implements FastOnlyYoung {
    private final Harvester vm;

    FastOnlyHalf(Harvester vm) {
        this.vm = vm;
    }

    @Override
    public int testClearYoungFastOnly(Cpu cpu, long start, long end, boolean clear) {
        return vm.harvest(cpu, start, end, clear ? AgeQuery.CLEAR : AgeQuery.TEST) ? FAST_YOUNG : 0;
    }
}
