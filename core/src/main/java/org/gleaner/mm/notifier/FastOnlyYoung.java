package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;

/// v5, June 2024: one more operation beside the baseline (`test_clear_young_fast_only`). It must
/// not disturb other work of the secondary MMU: speed over accuracy.
public interface FastOnlyYoung extends YoungGeneration {
    /// Answer: young (`MMU_NOTIFIER_FAST_YOUNG`).
    int FAST_YOUNG = 1;

    /// Answer: not possible fast; overrides young (`MMU_NOTIFIER_FAST_FAILED`).
    int FAST_FAILED = 2;

    /// Tests, or tests and clears.
    int testClearYoungFastOnly(Cpu cpu, long start, long end, boolean clear);

    /// The loop over all subscribers. The answer is the last called subscriber's, not the OR; it
    /// ends at a failure, and a test at the first young.
    static int testClearYoungFastOnly(
            Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, boolean clear) {
        if (mm.isEmpty()) {
            return 0;
        }
        int section = mm.begin(cpu, KernelFunction.NOTIFIER_TEST_CLEAR_YOUNG);
        int answer = 0;
        for (MmuNotifier subscriber : mm.subscribers()) {
            if (subscriber.generation() instanceof FastOnlyYoung op) {
                mm.call(cpu);
                answer = op.testClearYoungFastOnly(cpu, start, end, clear);
                if ((answer & FAST_FAILED) != 0 || !clear && answer != 0) {
                    break;
                }
            }
        }
        mm.end(cpu, section);
        return answer;
    }
}
