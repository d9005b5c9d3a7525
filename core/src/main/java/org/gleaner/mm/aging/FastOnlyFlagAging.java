package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.notifier.FastOnlyFlagYoung;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// `v6-fast-only`: the walk asks once per page, and only those subscribers that can answer fast;
/// the eviction target asks all.
final class FastOnlyFlagAging extends SecondaryAging {
    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        boolean young = FastOnlyFlagYoung.clearYoung(cpu, mm, vpn, vpn + 1, false);
        boolean worth = primaryYoung || young && FastOnlyFlagYoung.anyFast(mm);
        return (young ? YOUNG : 0) | (worth ? LOOK_AROUND : 0);
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return false;
    }

    @Override
    public Window newWindow() {
        return new FlagWindow();
    }

    @OneCpu
    private static final class FlagWindow extends Window {
        private MmuNotifierSubscriptions mm = new MmuNotifierSubscriptions();

        @Override
        public void begin(MmuNotifierSubscriptions mm, long start, long end) {
            this.mm = mm;
        }

        @Override
        public boolean test(Cpu cpu, long vpn, boolean primaryYoung) {
            return primaryYoung || !mm.isEmpty();
        }

        @Override
        public void skip(Cpu cpu, long vpn) {}

        @Override
        public boolean clear(Cpu cpu, long vpn) {
            return FastOnlyFlagYoung.clearYoung(cpu, mm, vpn, vpn + 1, true);
        }

        @Override
        public void finish(Cpu cpu) {}
    }
}
