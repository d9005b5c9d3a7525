package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.jspecify.annotations.Nullable;

/// v2, May 2023: one operation that replaces `test_young` and `clear_young`
/// (`mmu_notifier_test_clear_young(mm, start, end, clear, bitmap)`).
///
/// | clear | bitmap | meaning |
/// |---|---|---|
/// | no | null | test, fast path or slow |
/// | yes | null | clear, fast path or slow |
/// | no | given | test; sets the bit of each young page; fast path or nothing |
/// | yes | given | clears where the bit is 1 and never writes the bitmap; fast path or nothing |
///
/// The answer is nonzero if anything in the range was young, whatever its predicate bit says.
public interface PredicateBitmapYoung extends YoungGeneration {
    /// Answer: the fast path, without the secondary MMU's lock, found a young page
    /// (`MMU_NOTIFIER_RANGE_LOCKLESS`).
    int LOCKLESS = 2;

    /// Answer: the slow path found a young page (`MMU_NOTIFIER_RANGE_YOUNG`).
    int YOUNG = 4;

    /// @return [#LOCKLESS], [#YOUNG] or 0; with a bitmap and no fast path 0, and nothing is touched
    int testClearYoung(Cpu cpu, long start, long end, boolean clear, long @Nullable [] bitmap);

    /// The loop over all subscribers. A test ends at the first subscriber that reports young, even
    /// with a bitmap: the bits of those behind it are missing, as they were in v2.
    static int testClearYoung(
            Cpu cpu,
            MmuNotifierSubscriptions mm,
            long start,
            long end,
            boolean clear,
            long @Nullable [] bitmap) {
        if (mm.isEmpty()) {
            return 0;
        }
        int section = mm.begin(cpu, KernelFunction.NOTIFIER_TEST_CLEAR_YOUNG);
        int young = 0;
        for (MmuNotifier subscriber : mm.subscribers()) {
            if (subscriber.generation() instanceof PredicateBitmapYoung op) {
                mm.call(cpu);
                young |= op.testClearYoung(cpu, start, end, clear, bitmap);
                if (!clear && young != 0) {
                    break;
                }
            }
        }
        mm.end(cpu, section);
        return young;
    }
}
