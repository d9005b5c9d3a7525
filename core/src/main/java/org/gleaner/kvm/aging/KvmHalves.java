package org.gleaner.kvm.aging;

import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.notifier.YoungGeneration;
import org.jspecify.annotations.Nullable;

/// KVM's half of each aging design, by name: a line for each.
public final class KvmHalves {
    private KvmHalves() {}

    /// What a VM offers beside the baseline queries under a design; null if those are all it needs.
    public static @Nullable YoungGeneration of(AgingDesign design, Harvester vm) {
        return switch (design) {
            case LOCKED_FLUSH, LOCKED, MERGED -> null;
            case V1 -> new FlipBitmapHalf(vm);
            case V2 -> new PredicateBitmapHalf(vm);
            case V3 -> new SplitBitmapHalf(vm);
            case V5_FAST_ONLY -> new FastOnlyHalf(vm);
            case V6_FAST_ONLY -> new FastOnlyFlagHalf(vm);
            case TWO_BITMAPS -> new TwoBitmapHalf(vm);
        };
    }
}
