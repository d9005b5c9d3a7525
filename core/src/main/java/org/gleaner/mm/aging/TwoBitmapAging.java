package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.notifier.TwoBitmapYoung;

/// `two-bitmaps`: every subscriber serves every call, so a young target always makes its neighbours
/// worth a look.
final class TwoBitmapAging extends SecondaryAging {
    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        boolean young = TwoBitmapYoung.testClearYoung(cpu, mm, vpn, vpn + 1, true, null, null);
        return (young ? YOUNG : 0) | (primaryYoung || young ? LOOK_AROUND : 0);
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return false;
    }

    @Override
    public Window newWindow() {
        return new TwoBitmapWindow();
    }

    @OneCpu
    private static final class TwoBitmapWindow extends BatchedWindow {
        @Override
        long test(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
            bitmap[0] = 0;
            TwoBitmapYoung.testClearYoung(cpu, mm, start, end, false, bitmap, null);
            return bitmap[0];
        }

        @Override
        void clear(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, long predicate) {
            bitmap[0] = predicate;
            TwoBitmapYoung.testClearYoung(cpu, mm, start, end, true, null, bitmap);
        }
    }
}
