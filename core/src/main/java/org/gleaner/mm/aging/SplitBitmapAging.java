package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.notifier.SplitBitmapYoung;

/// `v3`: test and clear are two operations, both with a bitmap. The callers of v3 ignore
/// UNRELIABLE: such a window is simply not young.
final class SplitBitmapAging extends SecondaryAging {
    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        int young = SplitBitmapYoung.clearYoung(cpu, mm, vpn, vpn + 1, null);
        boolean worth = primaryYoung || (young & SplitBitmapYoung.FAST) != 0;
        return (young != 0 ? YOUNG : 0) | (worth ? LOOK_AROUND : 0);
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return false;
    }

    @Override
    public Window newWindow() {
        return new SplitWindow();
    }

    @OneCpu
    private static final class SplitWindow extends BatchedWindow {
        @Override
        long test(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
            bitmap[0] = 0;
            SplitBitmapYoung.testYoung(cpu, mm, start, end, bitmap);
            return bitmap[0];
        }

        @Override
        void clear(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, long predicate) {
            bitmap[0] = predicate;
            SplitBitmapYoung.clearYoung(cpu, mm, start, end, bitmap);
        }
    }
}
