package org.gleaner.lab.execute;

import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.OnHost;

/// How likely it is that another task runs in the middle of a reclaim, on a machine that has
/// nothing else to do than replay.
final class SwitchChances {
    /// Probability that another task runs between two agings of one reclaim, one right after the
    /// other: the length of a walk, 3 ms in the kernels traced, by the 75 times a second that a
    /// kernel switches inside reclaim.
    private static final double CHANCE = 0.25;

    /// The same in 6.18, which puts switches off until it leaves the kernel: 14 to 38 a second.
    private static final double LAZY = 0.05;

    /// The same in 6.18 and 7.2 behind a guest, where a walk takes 16 ms.
    private static final double LONG = 0.7;

    /// The same on arm64, whose real kernels were asked in an emulated machine: its walks are
    /// longer still. With every chance taken, counts of 6.18 that hang on it are the real kernel's,
    /// each.
    private static final double EMULATED = 1;

    /// How long a walk takes when much is mapped by huge leaves, beside one of small pages: 0.1 to
    /// 0.7 ms of 3 in the kernels traced, and behind a guest 4 to 8 of 16.
    private static final double HUGE_WALK = 0.13;

    private static final double HUGE_WALK_OF_GUEST = 0.4;

    private SwitchChances() {}

    static double of(OnHost request) {
        if (request.thp() == Thp.ALWAYS) {
            return smallPages(request) * (behindGuest(request) ? HUGE_WALK_OF_GUEST : HUGE_WALK);
        }
        return smallPages(request);
    }

    private static double smallPages(OnHost request) {
        return switch (Support.kernel(request.kernel())) {
            case V6_1, V6_12 -> CHANCE;
            case V6_18 -> behindGuest(request) ? ofGuest(request) : LAZY;
            case V7_2 -> behindGuest(request) ? ofGuest(request) : CHANCE;
        };
    }

    private static double ofGuest(OnHost request) {
        return request.arch() == ArchChoice.ARM64 ? EMULATED : LONG;
    }

    private static boolean behindGuest(OnHost request) {
        return request.through() == Through.KVM;
    }
}
