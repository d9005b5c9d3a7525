package org.gleaner.kvm.arch;

import static org.gleaner.kvm.mmu.LockMode.READ;
import static org.gleaner.kvm.mmu.LockMode.WRITE;

import java.util.List;
import org.gleaner.kvm.arm64.Stage2Format;
import org.gleaner.kvm.arm64.Stage2Mmu;
import org.gleaner.kvm.arm64.Stage2Steps;
import org.gleaner.pagetable.Geometry;

/// arm64 with a second stage of 40 bits, as KVM has it by default: where hardware sets the access
/// flag, and where an access through a clear one faults.
public final class Arm64 {
    /// FEAT_HAFDBS.
    public static final Architecture HARDWARE_FLAG = of("arm64", true);

    public static final Architecture SOFTWARE_FLAG = of("arm64 without hardware AF", false);

    private Arm64() {}

    private static Architecture of(String name, boolean hardware) {
        return new Architecture(
                name,
                List.of(
                        Geometry.of(12, 9, 9, 10),
                        Geometry.of(14, 11, 15),
                        Geometry.of(16, 13, 11)),
                1L << 30,
                geometry -> new Stage2Format(geometry, hardware),
                false,
                Stage2Steps.LINUX,
                Stage2Mmu::new,
                new Locks(Locks.Kind.RW_LOCK, READ, READ, WRITE, WRITE),
                new FaultFlow(
                        FaultFlow.Retry.VM,
                        FaultFlow.DirtyKey.ENTRY_WRITABLE,
                        FaultFlow.LogMark.AFTER_UNLOCK,
                        hardware ? FaultFlow.FastPath.NONE : FaultFlow.FastPath.ACCESS_FLAG),
                new Upkeep(
                        Upkeep.UnmapFlush.EACH_CALL,
                        Upkeep.Invalidation.BROADCAST,
                        Upkeep.TableFree.RCU_OR_EMPTIED,
                        hardware ? Upkeep.Accessed.HARDWARE : Upkeep.Accessed.FAULT,
                        Upkeep.AgingWalk.LEAVES,
                        Upkeep.Logging.WRITE_PROTECT,
                        Upkeep.HugeRule.BREAK,
                        Upkeep.Removal.RANGE));
    }
}
