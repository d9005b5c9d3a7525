package org.gleaner.mm.aging;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;

/// A design of the patch series with its bit of `lru_gen/enabled`, 0x8, switched off: page-table
/// walks and look-arounds leave secondary MMUs alone, and only the eviction target is asked for.
/// `v3` does not even walk an address space that has any; `v5` and `v6` trust the non-leaf accessed
/// bit again.
final class WithoutSecondaryWalk extends AlteredAging {
    private final boolean passesOver;
    private final boolean trusts;

    WithoutSecondaryWalk(AgingDesign which, SecondaryAging design) {
        super(design);
        passesOver = which == AgingDesign.V3;
        trusts = which == AgingDesign.V5_FAST_ONLY || which == AgingDesign.V6_FAST_ONLY;
    }

    /// Only walks ask over ranges, and they leave secondary MMUs alone.
    @Override
    public boolean clearYoung(Cpu cpu, MmuNotifierSubscriptions mm, long start, long end) {
        return false;
    }

    @Override
    public boolean trustsNonLeafYoung() {
        return trusts;
    }

    @Override
    public boolean passesOver(MmuNotifierSubscriptions mm) {
        return passesOver && !mm.isEmpty();
    }

    @Override
    public Window newWindow() {
        return new PrimaryWindow();
    }
}
