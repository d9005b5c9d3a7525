package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.notifier.PredicateBitmapYoung;

/// `v2`: one operation with a clear flag; the bitmap is the answer of a test and the predicate of a
/// clear.
final class PredicateBitmapAging extends SecondaryAging {
    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        int young = PredicateBitmapYoung.testClearYoung(cpu, mm, vpn, vpn + 1, true, null);
        boolean worth = primaryYoung || (young & PredicateBitmapYoung.LOCKLESS) != 0;
        return (young != 0 ? YOUNG : 0) | (worth ? LOOK_AROUND : 0);
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return false;
    }

    @Override
    public Window newWindow() {
        return new PredicateWindow();
    }

    @OneCpu
    private static final class PredicateWindow extends BatchedWindow {
        @Override
        long test(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
            bitmap[0] = 0;
            PredicateBitmapYoung.testClearYoung(cpu, mm, start, end, false, bitmap);
            return bitmap[0];
        }

        @Override
        void clear(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, long predicate) {
            bitmap[0] = predicate;
            PredicateBitmapYoung.testClearYoung(cpu, mm, start, end, true, bitmap);
        }
    }
}
