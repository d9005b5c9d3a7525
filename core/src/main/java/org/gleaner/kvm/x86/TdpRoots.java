package org.gleaner.kvm.x86;

import java.util.Arrays;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.jspecify.annotations.Nullable;

/// The roots of a [TdpMmu] (`tdp_mmu_roots`), from the first vCPU that asks for one to the grace
/// period after its last reference.
///
/// The list is an immutable array. An invalid root stays on it until its last reference is gone, so
/// that notifiers can still zap below it; faults and agers pass it over. All vCPUs are told to drop
/// it in the critical section that invalidates it, and a vCPU that loads a root drops all it has
/// cached: so zapping an invalid root owes no flush.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `roots` | add, unlist, `pagesLock` | volatile | all | volatile | RCU |
/// | role: invalid | invalidate, lock write | release | faults, lock read | acquire | the lock |
/// | role: invalid | the same | release | agers, RCU | acquire | RCU: tables stay |
final class TdpRoots {
    private final TdpMmu mmu;
    private final boolean keepsRoots;
    private final QueuedSpinLock pagesLock = new QueuedSpinLock(LockClass.TDP_MMU_PAGES);
    private volatile MmuRoot[] roots = {};

    /// None yet.
    ///
    /// @param keepsRoots the MMU holds a reference itself
    TdpRoots(TdpMmu mmu, boolean keepsRoots) {
        this.mmu = mmu;
        this.keepsRoots = keepsRoots;
    }

    /// The roots, invalid ones included, as they are now.
    MmuRoot[] all(Cpu cpu) {
        cpu.reads(this);
        return roots;
    }

    /// A valid root with a reference for the caller (`kvm_tdp_mmu_alloc_root`).
    MmuRoot acquire(Cpu cpu) {
        mmu.mmuLock.readLock(cpu);
        MmuRoot root = findValid(cpu);
        if (root == null) {
            pagesLock.lock(cpu);
            root = findValid(cpu);
            if (root == null) {
                root = new MmuRoot(mmu.tables.newRoot(cpu), keepsRoots ? 2 : 1);
                cpu.charge(Cost.SPTE_TABLE_ALLOC);
                MmuRoot[] more = Arrays.copyOf(roots, roots.length + 1);
                more[more.length - 1] = root;
                cpu.writes(this);
                roots = more;
            }
            pagesLock.unlock(cpu);
        }
        mmu.mmuLock.readUnlock(cpu);
        return root;
    }

    private @Nullable MmuRoot findValid(Cpu cpu) {
        for (MmuRoot root : all(cpu)) {
            if (!root.isInvalidLocked(cpu) && root.get(cpu)) {
                return root;
            }
        }
        return null;
    }

    /// Drops a reference (`kvm_tdp_mmu_put_root`). The last one of a valid root, on a kernel that
    /// keeps none itself, tears the tables down first. Must be called without `mmu_lock`.
    void release(Cpu cpu, MmuRoot root) {
        if (!root.put(cpu)) {
            return;
        }
        if (!root.isInvalid(cpu)) {
            mmu.mmuLock.writeLock(cpu);
            tearDown(cpu, root);
            mmu.mmuLock.writeUnlock(cpu);
        }
        unlist(cpu, root);
    }

    /// Makes a root invalid that nobody holds, and empties it, unless somebody else has: under
    /// `mmu_lock` write. As soon as the root is invalid its last holder may take it off the list
    /// without the lock; that its table stays until it is empty is for the RCU section, which
    /// therefore begins before.
    private void tearDown(Cpu cpu, MmuRoot root) {
        if (!root.isInvalidLocked(cpu)) {
            assert !keepsRoots : "nobody holds a valid root";
            mmu.rcu.readLock(cpu);
            root.invalidate(cpu);
            mmu.zapper.zapRoot(cpu, root, false);
            mmu.rcu.readUnlock(cpu);
        }
    }

    private void unlist(Cpu cpu, MmuRoot root) {
        pagesLock.lock(cpu);
        cpu.writes(this);
        roots = Arrays.stream(roots).filter(other -> other != root).toArray(MmuRoot[]::new);
        pagesLock.unlock(cpu);
        if (mmu.steps.waitsForReaders()) {
            mmu.rcu.call(cpu, (c, table) -> free(c, root), root.table);
        } else {
            free(cpu, root);
        }
    }

    private void free(Cpu cpu, MmuRoot root) {
        root.setFreed();
        mmu.tables.unlinked();
        mmu.tables.slab.freeRoot(cpu, root.table);
    }

    /// `kvm_tdp_mmu_invalidate_roots`, under `mmu_lock` write: no new fault will use the roots of
    /// now. A kernel that holds no reference itself takes one, so that the tables stay until they
    /// are zapped. Where it comes too late, for the last holder is on its way to the lock to tear
    /// the root down, it does that in its place: who marks a root invalid answers for its leaves.
    void invalidate(Cpu cpu) {
        assert mmu.mmuLock.isHeldForWriteBy(cpu);
        for (MmuRoot root : all(cpu)) {
            if (root.isInvalid(cpu)) {
                continue;
            }
            if (keepsRoots || root.get(cpu)) {
                root.scheduledToZap = true;
                root.invalidate(cpu);
            } else if (mmu.steps.emptiesUnheldRoots()) {
                tearDown(cpu, root);
            } else {
                root.invalidate(cpu);
            }
        }
    }

    /// `kvm_tdp_mmu_zap_invalidated_roots`: empties them and drops the MMU's reference.
    void zapInvalidated(Cpu cpu) {
        for (MmuRoot root : all(cpu)) {
            if (root.scheduledToZap) {
                root.scheduledToZap = false;
                mmu.mmuLock.readLock(cpu);
                mmu.zapper.zapRoot(cpu, root, true);
                mmu.mmuLock.readUnlock(cpu);
                release(cpu, root);
            }
        }
    }
}
