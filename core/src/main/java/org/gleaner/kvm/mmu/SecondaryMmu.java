package org.gleaner.kvm.mmu;

import java.util.concurrent.atomic.AtomicLong;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.Rcu;
import org.gleaner.pagetable.RadixTable;

/// A VM's second stage, as far as code that all architectures share may know it: where its entries
/// are, what it can be asked to do, and under which lock. Where that differs, the architecture says
/// it (`kvm.arch`).
///
/// Ranges are guest pages, `start` inclusive, `end` exclusive.
///
/// | asked by | operation | `mmu_lock` | owes |
/// |---|---|---|---|
/// | a vCPU that has no root | [#acquire] | none: takes it | - |
/// | a vCPU that lets go of one | [#release] | none: may take it | - |
/// | a page fault | [#map] | the architecture's, after the gate was asked | - |
/// | a page fault | [#fastFault] | the architecture's | - |
/// | an invalidation | [#unmap] | write | a flush, if it says so |
/// | reclaim | [#age] | the architecture's, or more | - |
/// | the deletion of a slot | [#invalidateRoots] | write | the request that vCPUs drop their roots |
/// | the same, later | [#zapInvalidatedRoots] | none: takes it | - |
/// | the end of the address space | [#zapAll] | none: takes it | nothing: no vCPU runs |
public abstract class SecondaryMmu {
    /// Its tables, and the format of what stands in them.
    public final RadixTable tables;

    public final QueuedRwLock mmuLock;
    public final Rcu rcu;
    public final Invariants invariants;
    public final ProtocolSteps steps;

    /// Who pays for its tables.
    public final TableAccount account;

    /// What walks by reclaim have read.
    public final LeafLines leafLines = new LeafLines();

    /// Moves whenever a table below a valid root is taken out: what vCPUs remember of tables is
    /// stale.
    public final AtomicLong unlinkEpoch = new AtomicLong();

    protected SecondaryMmu(MmuParts parts) {
        tables = parts.tables();
        mmuLock = parts.mmuLock();
        rcu = parts.rcu();
        invariants = parts.invariants();
        steps = parts.steps();
        account = parts.account();
    }

    /// Frees a table that no walker can reach any more, and gives back what was paid for it.
    public final void freeTable(Cpu cpu, int table) {
        boolean paid = account.settle(table);
        tables.slab.free(cpu, table);
        if (paid) {
            account.use(cpu, -1);
            account.refund(cpu, 1);
        }
    }

    /// How few tables laid by are too few for a fault: 1 to [TableCache#PAGES].
    public abstract int leastLaidBy();

    // --- roots -------------------------------------------------------------------------------

    /// A valid root with a reference for the caller.
    public abstract MmuRoot acquire(Cpu cpu);

    /// Drops a reference.
    public abstract void release(Cpu cpu, MmuRoot root);

    /// No new fault will use the roots of now.
    public abstract void invalidateRoots(Cpu cpu);

    /// Empties the roots that were made invalid.
    public abstract void zapInvalidatedRoots(Cpu cpu);

    // --- faults ------------------------------------------------------------------------------

    /// Installs the page of a fault (`kvm_tdp_mmu_map`).
    ///
    /// @return one of [RetPf]
    public final int map(Cpu cpu, MmuRoot root, TableCache spare, Fault fault) {
        cpu.enter(KernelFunction.KVM_TDP_MMU_MAP);
        rcu.readLock(cpu);
        int result = install(cpu, root, spare, fault);
        rcu.readUnlock(cpu);
        cpu.charge(Cost.MMU_INSTALL);
        cpu.exit();
        return result;
    }

    /// The architecture's part of [#map], in an RCU read section.
    protected abstract int install(Cpu cpu, MmuRoot root, TableCache spare, Fault fault);

    /// Gives an entry back what aging or the dirty log took, without looking the page up.
    ///
    /// @return [RetPf#FIXED], [RetPf#SPURIOUS], or [RetPf#INVALID] if the slow path must decide
    public abstract int fastFault(Cpu cpu, MmuRoot root, Fault fault);

    // --- the host ----------------------------------------------------------------------------

    /// Takes all leaves of the range out of every root, invalid ones included; a huge leaf that the
    /// range touches goes as a whole. Returns whether there were any.
    public abstract boolean unmap(Cpu cpu, long start, long end, ZapCause cause);

    /// Tests, or tests and clears, the leaves of the range in all valid roots.
    ///
    /// @param lastGfn the page whose bit is 0, not before `end - 1`
    /// @param locked `mmu_lock` is held, so that the pages behind the leaves stay whose they are
    /// @return whether any leaf was young; a test without a bitmap to fill may stop at the first
    public abstract boolean age(
            Cpu cpu, long start, long end, long lastGfn, AgeQuery query, boolean locked);

    /// Empties every root, when no vCPU can run any more.
    public abstract void zapAll(Cpu cpu);

    // --- the dirty log -----------------------------------------------------------------------

    /// Splits the huge leaves of the range, as far as there are tables; `mmu_lock` as for
    /// [#writeProtect], which may be let go of in between.
    ///
    /// @param chunkLevel of the leaf that is as large as what is split between two looks at who
    ///     else wants the lock, where the architecture knows such chunks
    public abstract void split(Cpu cpu, long start, long end, int chunkLevel);

    /// Takes the right to write from all leaves of the range; `mmu_lock` read. Owes a flush after
    /// the lock.
    public abstract void writeProtect(Cpu cpu, long start, long end);

    /// Takes it from the leaves of pages `gfn + k`, for each bit k of `mask`; `mmu_lock` write.
    /// Owes a flush.
    public abstract void clearDirty(Cpu cpu, long gfn, long mask);

    /// Makes small leaves of the range huge again, or takes them out; `mmu_lock` read. Flushes.
    public abstract void recover(Cpu cpu, long start, long end, LogEnd how, LevelOf levels);

    /// Huge leaves that [#split] has split.
    public abstract long splits();

    /// Tables that [#recover] has taken out.
    public abstract long recovered();

    /// Times that a walk of the dirty log has let others have `mmu_lock`.
    public abstract long yields();

    /// The level of the leaf of `gfn` in the first valid root if it permits writes that the dirty
    /// log does not see; 0 if there is none or it does not. For checks.
    public abstract int unseenWriteLevel(Cpu cpu, long gfn);

    /// How large a leaf may be.
    public interface LevelOf {
        /// The highest level at which a leaf may map `gfn` now, under `mmu_lock`.
        int most(Cpu cpu, long gfn);
    }

    // --- checks and reports ------------------------------------------------------------------

    /// What it has had forgotten itself.
    public Invalidations invalidations() {
        return Invalidations.NONE;
    }

    /// Tables that were given back because an unmap had emptied them.
    public EmptiedTables emptied() {
        return EmptiedTables.NONE;
    }

    /// Fails if a leaf of the range is present in any root; for checks.
    ///
    /// @param later others have had `mmu_lock` since the range was zapped
    public abstract void checkAbsent(Cpu cpu, long start, long end, boolean later);

    /// Leaves in all roots, all or only young ones.
    public abstract long countLeaves(Cpu cpu, boolean onlyYoung);
}
