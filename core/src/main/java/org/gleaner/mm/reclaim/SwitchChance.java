package org.gleaner.mm.reclaim;

import org.gleaner.machine.OneCpu;
import org.gleaner.machine.SplitMix64;
import org.gleaner.mm.version.KernelVersion;

/// Whether another task happened to run between two agings of one reclaim.
///
/// The scheduler marks an address space as used when it switches to one of its tasks, and a walk
/// visits only those so marked. Reclaim ages twice in a row at times, and whether a timer tick let
/// somebody else run in between decides if the second walk looks at page tables at all, which in
/// turn decides what the Bloom filters hold. On a real host that is chance; here it is a seeded
/// one, private to each CPU.
///
/// Where pages were written to swap between the two, it happens nine times in ten: of 135 such
/// pairs of agings traced in real kernels, a switch fell between 118. Most of these are reclaim's
/// own doing ([org.gleaner.mm.memcg.VmPressure]): where that is modelled, what is left to chance is
/// 18 of 96 (6.12).
@OneCpu
final class SwitchChance {
    private static final double UNIT = 0x1p-53;
    private static final double WHEN_WRITTEN = 0.9;
    private static final double WHEN_WRITTEN_AND_UNREPORTED = 0.19;

    private final double probability;
    private final double whenWritten;
    private long state;

    /// That of a host.
    static SwitchChance of(ReclaimContext host, long seed) {
        boolean reported =
                host.preemption().workersRun() && host.kernel().isBefore(KernelVersion.V6_18);
        double whenWritten = reported ? WHEN_WRITTEN_AND_UNREPORTED : WHEN_WRITTEN;
        return new SwitchChance(host.preemption().switchChance(), whenWritten, seed);
    }

    /// @param probability of it if nothing was written in between; 0: never, whatever was
    SwitchChance(double probability, double whenWritten, long seed) {
        this.probability = probability;
        this.whenWritten = whenWritten;
        state = seed * SplitMix64.GOLDEN + 1;
    }

    /// @param written whether pages were written since the last aging
    boolean strikes(boolean written) {
        if (probability == 0) {
            return false;
        }
        state += SplitMix64.GOLDEN;
        return (SplitMix64.mix(state) >>> 11) * UNIT < (written ? whenWritten : probability);
    }
}
