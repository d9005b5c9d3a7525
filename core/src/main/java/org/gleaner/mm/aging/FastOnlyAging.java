package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.notifier.FastOnlyYoung;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// `v5-fast-only`: an operation of its own that may fail. A young page costs two calls, test and
/// then clear after the folio lookup; an old one costs one.
final class FastOnlyAging extends SecondaryAging {
    /// Eviction must not take a hot page, so where the fast operation fails the baseline decides.
    @Override
    public int target(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean primaryYoung) {
        int fast = FastOnlyYoung.testClearYoungFastOnly(cpu, mm, vpn, vpn + 1, true);
        boolean young = isYoung(fast);
        if ((fast & FastOnlyYoung.FAST_FAILED) != 0) {
            boolean slow = mm.clearYoung(cpu, vpn, vpn + 1);
            return (slow ? YOUNG : 0) | (primaryYoung ? LOOK_AROUND : 0);
        }
        return (young ? YOUNG : 0) | (primaryYoung || young ? LOOK_AROUND : 0);
    }

    /// A failure overrides young.
    private static boolean isYoung(int answer) {
        return answer == FastOnlyYoung.FAST_YOUNG;
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return false;
    }

    @Override
    public Window newWindow() {
        return new FastOnlyWindow();
    }

    @OneCpu
    private static final class FastOnlyWindow extends Window {
        private MmuNotifierSubscriptions mm = new MmuNotifierSubscriptions();

        @Override
        public void begin(MmuNotifierSubscriptions mm, long start, long end) {
            this.mm = mm;
        }

        @Override
        public boolean test(Cpu cpu, long vpn, boolean primaryYoung) {
            return primaryYoung || ask(cpu, vpn, false);
        }

        @Override
        public void skip(Cpu cpu, long vpn) {}

        @Override
        public boolean clear(Cpu cpu, long vpn) {
            return ask(cpu, vpn, true);
        }

        @Override
        public void finish(Cpu cpu) {}

        private boolean ask(Cpu cpu, long vpn, boolean clear) {
            return isYoung(FastOnlyYoung.testClearYoungFastOnly(cpu, mm, vpn, vpn + 1, clear));
        }
    }
}
