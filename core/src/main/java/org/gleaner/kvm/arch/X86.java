package org.gleaner.kvm.arch;

import static org.gleaner.kvm.mmu.LockMode.NONE;
import static org.gleaner.kvm.mmu.LockMode.READ;

import java.util.List;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.kvm.x86.TdpMmu;

/// x86-64 with two-dimensional paging: Intel's with and without A and D bits, AMD's.
public final class X86 {
    public static final Architecture EPT = of(SpteFormat.EPT);
    public static final Architecture EPT_NO_AD = of(SpteFormat.EPT_NO_AD);
    public static final Architecture NPT = of(SpteFormat.NPT);

    private X86() {}

    /// The architecture whose entries are of `format`.
    public static Architecture of(SpteFormat format) {
        boolean bits = format.hardwareAccessedDirty;
        return new Architecture(
                "x86 " + format,
                List.of(SpteFormat.GEOMETRY),
                1L << 30,
                geometry -> format,
                format.toString().equals(SpteFormat.EPT.toString()),
                SpteSteps.LINUX,
                parts -> new TdpMmu(parts, format),
                new Locks(Locks.Kind.RW_LOCK, READ, NONE, NONE, READ),
                new FaultFlow(
                        FaultFlow.Snapshot.BEFORE_LOOKUP,
                        FaultFlow.Retry.RANGE,
                        FaultFlow.DirtyKey.HOST_WRITABLE,
                        FaultFlow.LogMark.WITH_ENTRY,
                        FaultFlow.FastPath.RESTORES,
                        FaultFlow.Hold.RELEASED),
                new Upkeep(
                        Upkeep.UnmapFlush.COMMON_IF_ANY,
                        Upkeep.Invalidation.INTERRUPT,
                        Upkeep.TableFree.RCU,
                        bits ? Upkeep.Accessed.HARDWARE : Upkeep.Accessed.FAULT,
                        Upkeep.AgingWalk.LEAVES,
                        Upkeep.Logging.DIRTY_BIT,
                        Upkeep.EagerSplit.BEFORE_PROTECTION,
                        Upkeep.HugeRule.SPLIT,
                        Upkeep.Removal.ALL_ROOTS));
    }
}
