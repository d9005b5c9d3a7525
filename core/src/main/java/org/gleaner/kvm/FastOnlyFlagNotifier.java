package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.notifier.FastOnlyFlagYoung;

/// `v6-fast-only`.
final class FastOnlyFlagNotifier extends KvmMmuNotifier implements FastOnlyFlagYoung {
    FastOnlyFlagNotifier(Vm vm, HvaWalk walk, AgingPlan plan) {
        super(vm, walk, plan);
    }

    /// As a VM says it when it is made: its MMU can age without a lock.
    @Override
    public boolean hasFastAging() {
        return true;
    }

    @Override
    public boolean clearYoung(Cpu cpu, long start, long end, boolean fastOnly) {
        return clearYoung(cpu, start, end);
    }

    @Override
    public boolean testYoung(Cpu cpu, long vpn, boolean fastOnly) {
        return testYoung(cpu, vpn);
    }
}
