package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.notifier.FlipBitmapYoung;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// `v1`: bitmaps flip. The walk uses no fallback: what a subscriber cannot do without its lock is
/// not young.
final class FlipBitmapAging extends SecondaryAging {
    private final boolean unshifted;

    FlipBitmapAging() {
        this(false);
    }

    FlipBitmapAging(boolean unshifted) {
        this.unshifted = unshifted;
    }

    /// One page with the bit preset: a bit that comes back 0 was toggled by the fast path. The
    /// fallback's answer says young too, but that the neighbours would cost the lock.
    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        long[] bitmap = {1};
        boolean slow = FlipBitmapYoung.testClearYoung(cpu, mm, vpn, vpn + 1, true, bitmap);
        boolean fast = bitmap[0] == 0;
        return (slow || fast ? YOUNG : 0) | (primaryYoung || fast ? LOOK_AROUND : 0);
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return false;
    }

    @Override
    public Window newWindow() {
        return new FlipWindow(unshifted);
    }

    @OneCpu
    private static final class FlipWindow extends BatchedWindow {
        FlipWindow(boolean unshifted) {
            super(unshifted);
        }

        @Override
        long test(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
            bitmap[0] = 0;
            FlipBitmapYoung.testClearYoung(cpu, mm, start, end, false, bitmap);
            return bitmap[0];
        }

        @Override
        void clear(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, long predicate) {
            bitmap[0] = predicate;
            FlipBitmapYoung.testClearYoung(cpu, mm, start, end, false, bitmap);
        }
    }
}
