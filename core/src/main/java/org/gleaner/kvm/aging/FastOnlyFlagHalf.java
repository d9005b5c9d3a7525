package org.gleaner.kvm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.FastOnlyFlagYoung;

/// `v6-fast-only`.
final class FastOnlyFlagHalf implements FastOnlyFlagYoung {
    private final Harvester vm;

    FastOnlyFlagHalf(Harvester vm) {
        this.vm = vm;
    }

    /// As a VM says it when it is made: its MMU can age without a lock.
    @Override
    public boolean hasFastAging() {
        return true;
    }

    @Override
    public boolean clearYoung(Cpu cpu, long start, long end, boolean fastOnly) {
        return vm.baseline().clearYoung(cpu, start, end);
    }

    @Override
    public boolean testYoung(Cpu cpu, long vpn, boolean fastOnly) {
        return vm.baseline().testYoung(cpu, vpn);
    }
}
