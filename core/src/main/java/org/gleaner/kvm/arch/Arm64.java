package org.gleaner.kvm.arch;

import static org.gleaner.kvm.mmu.LockMode.READ;
import static org.gleaner.kvm.mmu.LockMode.WRITE;

import java.util.List;
import org.gleaner.kvm.arm64.Stage2Aging;
import org.gleaner.kvm.arm64.Stage2Format;
import org.gleaner.kvm.arm64.Stage2Mmu;
import org.gleaner.kvm.arm64.Stage2Steps;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.pagetable.Geometry;

/// arm64 with a second stage of 40 bits, as KVM has it by default: where hardware sets the access
/// flag, and where an access through a clear one faults.
public final class Arm64 {
    /// FEAT_HAFDBS.
    public static final Architecture HARDWARE_FLAG = of(true, Stage2Aging.LOCKED);

    public static final Architecture SOFTWARE_FLAG = of(false, Stage2Aging.LOCKED);

    /// As it was up to 6.1: one fault at a time.
    public static final Architecture SERIAL_FAULTS = serial(HARDWARE_FLAG);

    /// A guest that its host may not get at (pKVM).
    public static final Architecture PROTECTED = protectedMode();

    private Arm64() {}

    /// With the agers of a design. The first two versions went without the lock only where hardware
    /// sets the flag; the sixth and those after it left arm64 as it was.
    public static Architecture under(AgingDesign design, boolean hardware) {
        return of(
                hardware,
                switch (design) {
                    case LOCKED_FLUSH, LOCKED, V6_FAST_ONLY, MERGED -> Stage2Aging.LOCKED;
                    case V1 -> hardware ? Stage2Aging.V1_REVIEWED : Stage2Aging.LOCKED;
                    case V2 -> hardware ? Stage2Aging.LOCKLESS : Stage2Aging.LOCKED;
                    case V3, V5_FAST_ONLY, TWO_BITMAPS -> Stage2Aging.SHARED;
                });
    }

    private static Architecture protectedMode() {
        Architecture open = HARDWARE_FLAG;
        Locks locks = open.locks();
        FaultFlow flow = open.flow();
        return new Architecture(
                "arm64 protected",
                open.geometries(),
                open.geometries().getFirst().bytes(1),
                open.format(),
                open.hardwareLog(),
                open.steps(),
                parts -> new Stage2Mmu(parts, Stage2Aging.LOCKED, true),
                new Locks(locks.kind(), WRITE, locks.fast(), locks.age(), locks.writeProtect()),
                new FaultFlow(
                        flow.snapshot(),
                        flow.retry(),
                        flow.dirty(),
                        flow.log(),
                        flow.fast(),
                        FaultFlow.Hold.PINNED),
                open.upkeep());
    }

    /// The same up to 6.1, before faults became parallel: they hold `mmu_lock` for writing.
    public static Architecture serial(Architecture arm64) {
        Locks locks = arm64.locks();
        return new Architecture(
                arm64.name() + " to 6.1",
                arm64.geometries(),
                arm64.mostLeafBytes(),
                arm64.format(),
                arm64.hardwareLog(),
                arm64.steps(),
                arm64.engine(),
                new Locks(locks.kind(), WRITE, WRITE, locks.age(), locks.writeProtect()),
                arm64.flow(),
                arm64.upkeep());
    }

    /// With agers of one's own choice.
    ///
    /// @param hardware whether hardware sets the access flag
    public static Architecture of(boolean hardware, Stage2Aging aging) {
        return new Architecture(
                hardware ? "arm64" : "arm64 without hardware AF",
                List.of(
                        Geometry.of(12, 9, 9, 10),
                        Geometry.of(14, 11, 15),
                        Geometry.of(16, 13, 11)),
                1L << 30,
                geometry -> new Stage2Format(geometry, hardware),
                false,
                Stage2Steps.LINUX,
                parts -> new Stage2Mmu(parts, aging, false),
                new Locks(Locks.Kind.RW_LOCK, READ, READ, aging.lock(), WRITE),
                new FaultFlow(
                        FaultFlow.Snapshot.IN_MMAP_LOCK,
                        FaultFlow.Retry.VM,
                        FaultFlow.DirtyKey.ENTRY_WRITABLE,
                        FaultFlow.LogMark.AFTER_UNLOCK,
                        hardware ? FaultFlow.FastPath.NONE : FaultFlow.FastPath.ACCESS_FLAG,
                        FaultFlow.Hold.RELEASED),
                new Upkeep(
                        Upkeep.UnmapFlush.EACH_CALL,
                        Upkeep.Invalidation.BROADCAST,
                        Upkeep.TableFree.RCU_OR_EMPTIED,
                        hardware ? Upkeep.Accessed.HARDWARE : Upkeep.Accessed.FAULT,
                        Upkeep.AgingWalk.LEAVES,
                        Upkeep.Logging.WRITE_PROTECT,
                        Upkeep.EagerSplit.AFTER_FLUSH,
                        Upkeep.HugeRule.BREAK,
                        Upkeep.Removal.RANGE));
    }
}
