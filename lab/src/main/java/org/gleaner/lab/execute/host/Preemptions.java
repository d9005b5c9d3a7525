package org.gleaner.lab.execute.host;

import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.OnHost;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.TurnsRequest;
import org.gleaner.mm.reclaim.Preemption;
import org.gleaner.mm.reclaim.ReclaimPace;
import org.gleaner.mm.version.KernelVersion;

/// What runs in the middle of a reclaim, on a machine that has nothing else to do than replay.
///
/// Reclaim's own worker is played, for every page is that the cgroup's reclaim scans. On x86 in
/// small pages a switch is a chance of walks, elsewhere one of agings. In 6.18 the worker waits for
/// a tick, or until its task leaves the kernel. Behind a guest on x86 nothing else was seen to take
/// the CPU, so nothing is left to chance there but when ticks come; of 241 times that it was queued
/// by a task on x86 it ran in the same reclaim 35 times.
public final class Preemptions {
    /// Probability that another task runs between two agings of one reclaim, one right after the
    /// other: the length of a walk, 3 ms in the kernels traced, by the 75 times a second that a
    /// kernel switches inside reclaim.
    private static final double CHANCE = 0.25;

    /// The same in 6.18, which puts switches off until it leaves the kernel: 14 to 38 a second.
    private static final double LAZY = 0.05;

    /// The same in 6.18 by a task where the worker that waits for the tick is among those: between
    /// 5 of 17 pairs of agings, in the runs of eight traces, the CPU was another's. (Between 34 of
    /// 45 where memory is so short that reclaim never ends; there little hangs on it.)
    private static final double TICK = 0.3;

    /// The same in 6.18 and 7.2 behind a guest, where a walk takes 16 ms; of 6.18, where its worker
    /// does not wait for ticks here: with huge pages and in turns.
    private static final double LONG = 0.8;

    /// The same on arm64, whose real kernels were asked in an emulated machine: its walks are
    /// longer still. With every chance taken, counts of 6.18 that hang on it are the real kernel's,
    /// each.
    private static final double EMULATED = 1;

    /// The same of 6.1 and 6.12 there, for each page that a walk visits: 0.25 at 5,000. A switch
    /// fell between 4 of 8 pairs of walks behind a guest of 8,192 pages and 2 of 7 where the limit
    /// was 4,436 to 5,000; and, by a task, whose walk takes a fifth of the time, between none of 8.
    private static final double PAGE_OF_GUEST = 5e-5;

    private static final double PAGE_OF_TASK = PAGE_OF_GUEST / 5;

    /// How long a walk takes when much is mapped by huge leaves, beside one of small pages: 0.1 to
    /// 0.7 ms of 3 in the kernels traced, and behind a guest 4 to 8 of 16.
    private static final double HUGE_WALK = 0.13;

    private static final double HUGE_WALK_OF_GUEST = 0.4;

    /// A guest of an emulated machine, in its kernel 6.18: 1.87 ms for 64 pages, most often; 0.3 to
    /// 0.5 us for one that is sorted; walks of 2 to 16 ms took 11 to 16 times as long as here.
    private static final ReclaimPace EMULATED_GUEST = new ReclaimPace(26_000, 350, 13);

    private Preemptions() {}

    public static Preemption of(ReplayRequest request) {
        boolean byWalk = !isArm64(request) && request.thp() == Thp.NEVER;
        if (byWalk && isLazy(request)) {
            return behindGuest(request)
                    ? new Preemption(0, true, true, EMULATED_GUEST)
                    : new Preemption(TICK, true, true, ReclaimPace.NO_TICK);
        }
        return new Preemption(chance(request, request.memoryPages()), true, byWalk, null);
    }

    public static Preemption of(TurnsRequest request) {
        return new Preemption(chance(request, request.memoryPages()), true, true, null);
    }

    private static double chance(OnHost request, long memoryPages) {
        if (request.thp() == Thp.ALWAYS) {
            return smallPages(request, memoryPages)
                    * (behindGuest(request) ? HUGE_WALK_OF_GUEST : HUGE_WALK);
        }
        return smallPages(request, memoryPages);
    }

    private static double smallPages(OnHost request, long memoryPages) {
        KernelVersion kernel = Support.kernel(request.kernel());
        if (isArm64(request)) {
            return emulated(request, kernel, memoryPages);
        }
        return switch (kernel) {
            case V6_1, V6_12 -> CHANCE;
            case V6_18 -> behindGuest(request) ? LONG : LAZY;
            case V7_2 -> behindGuest(request) ? LONG : CHANCE;
        };
    }

    private static double emulated(OnHost request, KernelVersion kernel, long memoryPages) {
        boolean guest = behindGuest(request);
        return switch (kernel) {
            case V6_1, V6_12 -> Math.min(1, memoryPages * (guest ? PAGE_OF_GUEST : PAGE_OF_TASK));
            case V6_18 -> guest ? EMULATED : LAZY;
            case V7_2 -> guest ? EMULATED : CHANCE;
        };
    }

    private static boolean isArm64(OnHost request) {
        return request.arch() == ArchChoice.ARM64;
    }

    private static boolean isLazy(OnHost request) {
        return Support.kernel(request.kernel()) == KernelVersion.V6_18;
    }

    private static boolean behindGuest(OnHost request) {
        return request.through() == Through.KVM;
    }
}
