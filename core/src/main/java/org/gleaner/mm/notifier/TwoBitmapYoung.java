package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.jspecify.annotations.Nullable;

/// The reviewer's proposal of May 2023, in no kernel: two optional bitmaps, one for each direction.
/// Every secondary MMU is served by it; where one cannot work without its lock it takes the lock,
/// and gains from the batch just the same. One that has the baseline's calls alone is asked by
/// those, page by page.
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
            } else {
                any |= pageByPage(cpu, mm, subscriber, start, end, clear, young, predicate);
            }
            if (any && !clear && young == null) {
                break;
            }
        }
        mm.end(cpu, section);
        return any;
    }

    /// The same by the baseline's calls, of a subscriber that does not offer this one.
    private static boolean pageByPage(
            Cpu cpu,
            MmuNotifierSubscriptions mm,
            MmuNotifier subscriber,
            long start,
            long end,
            boolean clear,
            long @Nullable [] young,
            long @Nullable [] predicate) {
        boolean any = false;
        for (long page = start; page < end; page++) {
            int bit = YoungBitmapLayout.bit(end, page);
            boolean may = clear && (predicate == null || YoungBitmapLayout.get(predicate, bit));
            mm.call(cpu);
            boolean found =
                    may
                            ? subscriber.clearYoung(cpu, page, page + 1)
                            : subscriber.testYoung(cpu, page);
            if (found && young != null) {
                YoungBitmapLayout.set(young, bit);
            }
            any |= found;
        }
        return any;
    }
}
