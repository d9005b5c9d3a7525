package org.gleaner.kvm.aging;

import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.FlipBitmapYoung;

/// `v1`. Always handled: the second stage here is always a TDP MMU with accessed bits.
final class FlipBitmapHalf implements FlipBitmapYoung {
    private final Harvester vm;

    FlipBitmapHalf(Harvester vm) {
        this.vm = vm;
    }

    /// Bits that come in as 1 are the predicate; what was young is flipped once it is all known, so
    /// that aliases of one page do not undo each other.
    @Override
    public boolean testClearYoung(Cpu cpu, long start, long end, long[] bitmap) {
        long[] young = new long[bitmap.length];
        vm.harvest(cpu, start, end, new AgeQuery(true, young, bitmap));
        for (int i = 0; i < young.length; i++) {
            bitmap[i] ^= young[i];
        }
        return true;
    }
}
