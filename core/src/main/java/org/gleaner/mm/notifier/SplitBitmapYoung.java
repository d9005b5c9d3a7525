package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.jspecify.annotations.Nullable;

/// v3, April 2024: `test_young` and `clear_young` are two operations again, and both take a bitmap.
///
/// | bitmap | fast path | answer |
/// |---|---|---|
/// | null | yes | [#FAST] if young, else 0 |
/// | null | no | [#YOUNG] if young, else 0, under the secondary MMU's lock |
/// | given | yes | [#FAST] if young, else 0; bits recorded, or used as predicate |
/// | given | no | [#UNRELIABLE]; a clear may have been done in part |
///
/// The bitmap may miss young pages but never reports an old one as young.
public interface SplitBitmapYoung extends YoungGeneration {
    /// Answer: the slow path found a young page (`MMU_NOTIFIER_YOUNG`).
    int YOUNG = 1;

    /// Answer: the bitmap could not be served (`MMU_NOTIFIER_YOUNG_BITMAP_UNRELIABLE`).
    int UNRELIABLE = 2;

    /// Answer: young, a bitmap for this range would have worked, and harvesting was cheap
    /// (`MMU_NOTIFIER_YOUNG_FAST`).
    int FAST = 4;

    /// Clears accessed bits, with a bitmap only those whose bit is 1.
    int clearYoung(Cpu cpu, long start, long end, long @Nullable [] bitmap);

    /// Tests, and with a bitmap sets the bit of each young page.
    int testYoung(Cpu cpu, long start, long end, long @Nullable [] bitmap);

    /// `mmu_notifier_clear_young_bitmap`: ORs over all subscribers.
    static int clearYoung(
            Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, long @Nullable [] bitmap) {
        if (mm.isEmpty()) {
            return 0;
        }
        int section = mm.begin(cpu, KernelFunction.NOTIFIER_CLEAR_YOUNG);
        int young = 0;
        for (MmuNotifier subscriber : mm.subscribers()) {
            if (subscriber.generation() instanceof SplitBitmapYoung op) {
                mm.call(cpu);
                young |= op.clearYoung(cpu, start, end, bitmap);
            }
        }
        mm.end(cpu, section);
        return young;
    }

    /// `mmu_notifier_test_young_bitmap`: ORs, and ends at the first young subscriber only if there
    /// is no bitmap to fill.
    static int testYoung(
            Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, long @Nullable [] bitmap) {
        if (mm.isEmpty()) {
            return 0;
        }
        int section = mm.begin(cpu, KernelFunction.NOTIFIER_TEST_YOUNG);
        int young = 0;
        for (MmuNotifier subscriber : mm.subscribers()) {
            if (subscriber.generation() instanceof SplitBitmapYoung op) {
                mm.call(cpu);
                young |= op.testYoung(cpu, start, end, bitmap);
                if (young != 0 && bitmap == null) {
                    break;
                }
            }
        }
        mm.end(cpu, section);
        return young;
    }
}
