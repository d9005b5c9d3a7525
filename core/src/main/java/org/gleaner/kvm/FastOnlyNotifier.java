package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.notifier.FastOnlyYoung;

/// `v5-fast-only`. Never fails: no shadow pages here.
final class FastOnlyNotifier extends KvmMmuNotifier implements FastOnlyYoung {
    FastOnlyNotifier(Vm vm, HvaWalk walk, AgingPlan plan) {
        super(vm, walk, plan);
    }

    @Override
    public int testClearYoungFastOnly(Cpu cpu, long start, long end, boolean clear) {
        return harvest(cpu, start, end, clear, null, null) ? FAST_YOUNG : 0;
    }
}
