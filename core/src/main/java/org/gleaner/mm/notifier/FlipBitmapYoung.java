package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;

/// v1, February 2023: one operation that tests and clears by flipping bits
/// (`mmu_notifier_test_clear_young(mm, start, end, fallback, bitmap)`).
///
/// For every young page the bit is toggled; if it was 1 before, the accessed bit is cleared too. So
/// a window of zeros tests (1 means young) and a window of ones tests and clears (0 means young).
/// The bit of an old page stays as it is.
public interface FlipBitmapYoung extends YoungGeneration {
    /// Tests and clears without blocking other users of the secondary MMU. A page that several
    /// secondary entries map toggles its bit once, and all of its entries are cleared if any is to
    /// be.
    ///
    /// @return false if this secondary MMU cannot do it now; it then has touched nothing
    boolean testClearYoung(Cpu cpu, long start, long end, long[] bitmap);

    /// The loop over all subscribers.
    ///
    /// @param fallback call the baseline `clearYoung` of those that cannot
    /// @return without `fallback` always false; with it, whether a fallback call said young. What
    ///     the operation itself found is in `bitmap` only
    static boolean testClearYoung(
            Cpu cpu,
            MmuNotifierSubscriptions mm,
            long start,
            long end,
            boolean fallback,
            long[] bitmap) {
        if (mm.isEmpty()) {
            return false;
        }
        int section = mm.begin(cpu, KernelFunction.NOTIFIER_TEST_CLEAR_YOUNG);
        boolean young = false;
        for (MmuNotifier subscriber : mm.subscribers()) {
            mm.call(cpu);
            boolean handled =
                    subscriber.generation() instanceof FlipBitmapYoung op
                            && op.testClearYoung(cpu, start, end, bitmap);
            if (!handled && fallback) {
                young |= subscriber.clearYoung(cpu, start, end);
            }
        }
        mm.end(cpu, section);
        return young;
    }
}
