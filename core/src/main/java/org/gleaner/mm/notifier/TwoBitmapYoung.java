package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.jspecify.annotations.Nullable;

/// The reviewer's proposal of May 2023, in no kernel: two optional bitmaps, one for each direction.
/// Every secondary MMU implements it; where it cannot work without its lock it takes the lock, and
/// gains from the batch just the same.
public interface TwoBitmapYoung extends YoungGeneration {
    /// Tests, or tests and clears.
    ///
    /// @param young out: the bit of each young page is set, cleared or not; other bits stay. May be
    ///     null
    /// @param predicate in: which pages may be cleared; null means all. Never written
    /// @return whether any page in the range was young
    boolean testClearYoung(
            Cpu cpu,
            long start,
            long end,
            boolean clear,
            long @Nullable [] young,
            long @Nullable [] predicate);

    /// The loop over all subscribers: ORs, and ends at the first young one only for a test without
    /// a bitmap to fill.
    static boolean testClearYoung(
            Cpu cpu,
            MmuNotifierSubscriptions mm,
            long start,
            long end,
            boolean clear,
            long @Nullable [] young,
            long @Nullable [] predicate) {
        if (mm.isEmpty()) {
            return false;
        }
        int section = mm.begin(cpu, KernelFunction.NOTIFIER_TEST_CLEAR_YOUNG);
        boolean any = false;
        for (MmuNotifier subscriber : mm.subscribers()) {
            if (subscriber.generation() instanceof TwoBitmapYoung op) {
                mm.call(cpu);
                any |= op.testClearYoung(cpu, start, end, clear, young, predicate);
                if (any && !clear && young == null) {
                    break;
                }
            }
        }
        mm.end(cpu, section);
        return any;
    }
}
