package org.gleaner.mm.notifier;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;

/// v6 and v7, July to September 2024: the baseline queries take a `fast_only` parameter, and a
/// subscriber says once whether it can be fast (`mmu_notifier.has_fast_aging`).
public interface FastOnlyFlagYoung extends YoungGeneration {
    /// Constant for the life of the subscriber.
    boolean hasFastAging();

    /// With `fastOnly`, a page that cannot be decided without blocking counts as not young.
    boolean clearYoung(Cpu cpu, long start, long end, boolean fastOnly);

    /// As [#clearYoung], and clears nothing.
    boolean testYoung(Cpu cpu, long vpn, boolean fastOnly);

    /// `mm_has_fast_young_notifiers`: whether any subscriber opted in.
    static boolean anyFast(MmuNotifierSubscriptions mm) {
        for (MmuNotifier subscriber : mm.subscribers()) {
            if (subscriber.generation() instanceof FastOnlyFlagYoung op && op.hasFastAging()) {
                return true;
            }
        }
        return false;
    }

    /// `mmu_notifier_clear_young` of this generation. With `fastOnly`, subscribers that did not opt
    /// in are passed over; without it, those of other generations answer by the baseline.
    static boolean clearYoung(
            Cpu cpu, MmuNotifierSubscriptions mm, long start, long end, boolean fastOnly) {
        if (mm.isEmpty()) {
            return false;
        }
        int section = mm.begin(cpu, KernelFunction.NOTIFIER_CLEAR_YOUNG);
        boolean young = false;
        for (MmuNotifier subscriber : mm.subscribers()) {
            if (subscriber.generation() instanceof FastOnlyFlagYoung op) {
                if (!fastOnly || op.hasFastAging()) {
                    mm.call(cpu);
                    young |= op.clearYoung(cpu, start, end, fastOnly);
                }
            } else if (!fastOnly) {
                mm.call(cpu);
                young |= subscriber.clearYoung(cpu, start, end);
            }
        }
        mm.end(cpu, section);
        return young;
    }

    /// `mmu_notifier_test_young` of this generation; ends at the first young.
    static boolean testYoung(Cpu cpu, MmuNotifierSubscriptions mm, long vpn, boolean fastOnly) {
        if (mm.isEmpty()) {
            return false;
        }
        int section = mm.begin(cpu, KernelFunction.NOTIFIER_TEST_YOUNG);
        boolean young = false;
        for (MmuNotifier subscriber : mm.subscribers()) {
            if (subscriber.generation() instanceof FastOnlyFlagYoung op) {
                if (!fastOnly || op.hasFastAging()) {
                    mm.call(cpu);
                    young = op.testYoung(cpu, vpn, fastOnly);
                }
            } else if (!fastOnly) {
                mm.call(cpu);
                young = subscriber.testYoung(cpu, vpn);
            }
            if (young) {
                break;
            }
        }
        mm.end(cpu, section);
        return young;
    }
}
