package org.gleaner.kvm;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.gleaner.kvm.x86.Spte;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.jspecify.annotations.Nullable;

/// The second stage's page tables (`tdp_mmu.c`): roots, and the way a fault installs a page.
/// Zapping is [TdpZapper]'s, aging [TdpAger]'s.
///
/// ## Who may change what
///
/// An entry is one word, and it is changed by
///
/// - *faults*, many at a time, under `mmu_lock` read: from not present to a table or a leaf, or a
///   leaf to one that allows more, by compare-and-swap;
/// - *zaps*: under `mmu_lock` write by exchange, and of invalid roots under `mmu_lock` read by
///   compare-and-swap;
/// - the *fast page fault*, without a lock: gives a leaf back its R, X or W, by compare-and-swap;
/// - the *page walker*: sets A and D of a leaf that permits the access, in one step with its check;
/// - *agers*, under `mmu_lock` write or without any lock: take A away, or make the tracked form, by
///   one compare-and-swap against the leaf they read.
///
/// Everybody who may run beside another uses compare-and-swap from a value it has looked at, and
/// only a fault turns a word from not present to present. So what was zapped stays zapped until a
/// fault says otherwise, and a fault asks the [InvalidateGate] under `mmu_lock` before it does.
///
/// ## Tables
///
/// A table is filled before it is linked. One that is taken out is unreachable for new walks, but
/// old walks may stand in it; so each of its entries is frozen, which no fault and no ager will
/// touch, and it is given back after an RCU grace period. Whoever walks without `mmu_lock` write is
/// in an RCU read section. Guests walk without one: they are interrupted, and leave, between the
/// unlinking and the free.
///
/// ## Roots
///
/// The list of roots is an immutable array. An invalid root stays on it until its last reference is
/// gone, so that notifiers can still zap below it; faults and agers pass it over. All vCPUs are
/// told to drop it in the critical section that invalidates it, and a vCPU that loads a root drops
/// all it has cached: so zapping an invalid root owes no flush.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | entry: present | fault, lock read, RCU | CAS | any walk | acquire | filling of the table |
/// | entry: empty | zap, lock write | exchange | fault, ager, walker | CAS | the flush after it |
/// | entry: empty | zap of invalid root, lock read | CAS | ager, walker | CAS | request before |
/// | entry: frozen | zap, detached table | exchange | fault, ager | CAS | RCU |
/// | entry: A off, tracked | ager | CAS | walker | CAS | nothing: races are allowed |
/// | entry: A or D on | walker | CAS | zap, ager | CAS | the flush after a zap |
/// | `roots` | add, unlist, `pagesLock` | volatile | all | volatile | RCU |
/// | role: invalid | invalidate, lock write | release | faults, lock read | acquire | the lock |
/// | role: invalid | the same | release | agers, RCU | acquire | RCU: tables stay |
/// | `unlinkEpoch` | zap, before the flush | volatile | vCPU, next entry | volatile | the request |
///
/// ## Races that are allowed
///
/// An ager's compare-and-swap may lose against the walker, a fault or a zap: the page stays young,
/// or is gone, and was reported young. An access through a cached translation sets nothing: the
/// page looks old. Two agers may both report one access.
///
/// Leaves are of level 1 only.
final class TdpMmu {
    final RadixTable tables;
    final SpteFormat format;
    final QueuedRwLock mmuLock;
    final Rcu rcu;
    final ProtocolSteps steps;
    final Invariants invariants;
    final UserPages pages;

    /// A zapped leaf passes its A and D on to the page.
    final boolean marksAtZap;

    /// Moves whenever a table below a valid root is taken out: what vCPUs remember of tables is
    /// stale.
    final AtomicLong unlinkEpoch = new AtomicLong();

    private final boolean keepsRoots;
    private final TdpZapper zapper;
    private final QueuedSpinLock pagesLock = new QueuedSpinLock(LockClass.TDP_MMU_PAGES);
    private volatile TdpRoot[] roots = {};

    TdpMmu(
            RadixTable tables,
            QueuedRwLock mmuLock,
            Rcu rcu,
            UserPages pages,
            VmConfig config,
            Invariants invariants) {
        this.tables = tables;
        this.mmuLock = mmuLock;
        this.rcu = rcu;
        this.pages = pages;
        this.invariants = invariants;
        marksAtZap = config.marksAtZap();
        format = config.format();
        steps = config.steps();
        keepsRoots = config.keepsRoots();
        zapper = new TdpZapper(this);
    }

    // --- roots -------------------------------------------------------------------------------

    /// The roots, invalid ones included, as they are now.
    TdpRoot[] roots(Cpu cpu) {
        cpu.reads(this);
        return roots;
    }

    /// A valid root with a reference for the caller (`kvm_tdp_mmu_alloc_root`).
    TdpRoot acquire(Cpu cpu) {
        mmuLock.readLock(cpu);
        TdpRoot root = findValid(cpu);
        if (root == null) {
            pagesLock.lock(cpu);
            root = findValid(cpu);
            if (root == null) {
                root = new TdpRoot(tables.newRoot(cpu), keepsRoots ? 2 : 1);
                cpu.charge(Cost.SPTE_TABLE_ALLOC);
                TdpRoot[] more = Arrays.copyOf(roots, roots.length + 1);
                more[more.length - 1] = root;
                cpu.writes(this);
                roots = more;
            }
            pagesLock.unlock(cpu);
        }
        mmuLock.readUnlock(cpu);
        return root;
    }

    private @Nullable TdpRoot findValid(Cpu cpu) {
        for (TdpRoot root : roots(cpu)) {
            if (!root.isInvalidLocked(cpu) && root.get(cpu)) {
                return root;
            }
        }
        return null;
    }

    /// Drops a reference (`kvm_tdp_mmu_put_root`). The last one of a valid root, on a kernel that
    /// keeps none itself, tears the tables down first. Must be called without `mmu_lock`.
    void release(Cpu cpu, TdpRoot root) {
        if (!root.put(cpu)) {
            return;
        }
        if (!root.isInvalid(cpu)) {
            mmuLock.writeLock(cpu);
            tearDown(cpu, root);
            mmuLock.writeUnlock(cpu);
        }
        unlist(cpu, root);
    }

    /// Makes a root invalid that nobody holds, and empties it, unless somebody else has: under
    /// `mmu_lock` write. As soon as the root is invalid its last holder may take it off the list
    /// without the lock; that its table stays until it is empty is for the RCU section, which
    /// therefore begins before.
    private void tearDown(Cpu cpu, TdpRoot root) {
        if (!root.isInvalidLocked(cpu)) {
            assert !keepsRoots : "nobody holds a valid root";
            rcu.readLock(cpu);
            root.invalidate(cpu);
            zapper.zapRoot(cpu, root, false);
            rcu.readUnlock(cpu);
        }
    }

    private void unlist(Cpu cpu, TdpRoot root) {
        pagesLock.lock(cpu);
        cpu.writes(this);
        roots = Arrays.stream(roots).filter(other -> other != root).toArray(TdpRoot[]::new);
        pagesLock.unlock(cpu);
        if (steps.waitsForReaders()) {
            rcu.call(cpu, (c, table) -> free(c, root), root.table);
        } else {
            free(cpu, root);
        }
    }

    private void free(Cpu cpu, TdpRoot root) {
        root.setFreed();
        tables.slab.free(cpu, root.table);
    }

    /// `kvm_tdp_mmu_invalidate_roots`, under `mmu_lock` write: no new fault will use the roots of
    /// now. A kernel that holds no reference itself takes one, so that the tables stay until they
    /// are zapped. Where it comes too late, for the last holder is on its way to the lock to tear
    /// the root down, it does that in its place: who marks a root invalid answers for its leaves.
    void invalidateRoots(Cpu cpu) {
        assert mmuLock.isHeldForWriteBy(cpu);
        for (TdpRoot root : roots(cpu)) {
            if (root.isInvalid(cpu)) {
                continue;
            }
            if (keepsRoots || root.get(cpu)) {
                root.scheduledToZap = true;
                root.invalidate(cpu);
            } else {
                tearDown(cpu, root);
            }
        }
    }

    /// `kvm_tdp_mmu_zap_invalidated_roots`: empties them and drops the MMU's reference.
    void zapInvalidatedRoots(Cpu cpu) {
        for (TdpRoot root : roots(cpu)) {
            if (root.scheduledToZap) {
                root.scheduledToZap = false;
                mmuLock.readLock(cpu);
                zapper.zapRoot(cpu, root, true);
                mmuLock.readUnlock(cpu);
                release(cpu, root);
            }
        }
    }

    /// `kvm_tdp_mmu_zap_all`, when no vCPU can run any more.
    void zapAll(Cpu cpu) {
        mmuLock.writeLock(cpu);
        for (TdpRoot root : roots(cpu)) {
            zapper.zapRoot(cpu, root, false);
        }
        mmuLock.writeUnlock(cpu);
    }

    TdpZapper zapper() {
        return zapper;
    }

    // --- faults ------------------------------------------------------------------------------

    /// Installs one page, under `mmu_lock` read, after the gate was asked (`kvm_tdp_mmu_map`).
    ///
    /// @param mapWritable the host maps the page writable
    /// @return one of [RetPf]
    int map(
            Cpu cpu,
            TdpRoot root,
            TableCache spare,
            long gfn,
            long pfn,
            boolean mapWritable,
            boolean write) {
        cpu.enter(KernelFunction.KVM_TDP_MMU_MAP);
        rcu.readLock(cpu);
        int table = descend(cpu, root, spare, gfn);
        int result = table < 0 ? RetPf.RETRY : install(cpu, table, gfn, pfn, mapWritable, write);
        rcu.readUnlock(cpu);
        cpu.charge(Cost.MMU_INSTALL);
        cpu.exit();
        return result;
    }

    /// The level-1 table of `gfn`, linked if it was missing; -1 if another was faster or the tree
    /// is going.
    private int descend(Cpu cpu, TdpRoot root, TableCache spare, long gfn) {
        int table = root.table;
        for (int level = RadixTable.ROOT_LEVEL; level > RadixTable.LEVEL_4K; level--) {
            long[] words = tables.slab.words(table);
            int i = tables.slab.base(table) + RadixTable.index(gfn, level);
            long old = cpu.load(words, i);
            Invariants.readable(old);
            if (format.isTable(old, level)) {
                table = format.table(old);
                continue;
            }
            if (format.isFrozen(old)) {
                return -1;
            }
            int child = spare.take();
            if (!Spte.setAtomic(cpu, format, words, i, level, old, format.makeTable(child))) {
                spare.giveBack(child);
                return -1;
            }
            table = child;
        }
        return table;
    }

    /// `tdp_mmu_map_handle_target_level`.
    private int install(
            Cpu cpu, int table, long gfn, long pfn, boolean mapWritable, boolean write) {
        long[] words = tables.slab.words(table);
        int i = tables.slab.base(table) + RadixTable.index(gfn, RadixTable.LEVEL_4K);
        long old = cpu.load(words, i);
        Invariants.readable(old);
        if (format.isFrozen(old)) {
            return RetPf.RETRY;
        }
        int access = write ? EntryFormat.WRITE : EntryFormat.READ;
        boolean present = format.isPresent(old);
        if (present && format.permits(old, access)) {
            assert format.pfn(old) == pfn : "gfn " + gfn + " maps another page than the host";
            return RetPf.SPURIOUS;
        }
        int flags = mapWritable ? SpteFormat.HOST_WRITABLE | SpteFormat.WRITABLE : 0;
        long leaf = format.makeLeaf(pfn, RadixTable.LEVEL_4K, flags);
        if (leaf == old) {
            return RetPf.SPURIOUS;
        }
        if (present && format.isHostWritable(old) != mapWritable) {
            // Host-writable never changes on a present leaf: take the old one away first. It
            // allowed
            // less, so no cached translation has to be flushed.
            if (!replace(cpu, words, i, old, format.empty)) {
                return RetPf.RETRY;
            }
            invariants.zapped(cpu, old);
            old = format.empty;
            present = false;
        }
        if (!present) {
            invariants.installed(pfn);
        }
        if (!replace(cpu, words, i, old, leaf)) {
            if (!present) {
                invariants.zapped(cpu, format.makeLeaf(pfn, RadixTable.LEVEL_4K, 0));
            }
            return RetPf.RETRY;
        }
        return RetPf.FIXED;
    }

    private boolean replace(Cpu cpu, long[] words, int i, long old, long leaf) {
        if (!Spte.setAtomic(cpu, format, words, i, RadixTable.LEVEL_4K, old, leaf)) {
            return false;
        }
        invariants.changed(old, leaf);
        return true;
    }

    /// `fast_page_fault`: gives a leaf back what aging or the dirty log took, without any lock.
    ///
    /// @return [RetPf#FIXED], [RetPf#SPURIOUS], or [RetPf#INVALID] if the slow path must decide
    int fastFault(Cpu cpu, TdpRoot root, long gfn, boolean write) {
        rcu.readLock(cpu);
        int result = RetPf.INVALID;
        for (int tries = 0; tries < 5; tries++) {
            cpu.step();
            long slot = tables.leafSlot(cpu, root.table, gfn);
            if (slot < 0) {
                break;
            }
            long[] words = tables.slab.slotWords(slot);
            int i = TableSlab.slotIndex(slot);
            long old = cpu.load(words, i);
            Invariants.readable(old);
            long update = fastUpdate(old, write);
            if (update == 0) {
                break;
            }
            if (update == old) {
                result = RetPf.SPURIOUS;
                break;
            }
            if (cpu.cas(words, i, old, update)) {
                invariants.changed(old, update);
                result = RetPf.FIXED;
                break;
            }
        }
        rcu.readUnlock(cpu);
        return result;
    }

    /// What the fast path makes of `old`: itself if it permits the access, 0 if it cannot.
    private long fastUpdate(long old, boolean write) {
        int access = write ? EntryFormat.WRITE : EntryFormat.READ;
        if (!format.isPresent(old)) {
            return 0;
        }
        if (format.permits(old, access)) {
            return old;
        }
        long update = old;
        boolean tracked = format.isAccessTracked(old);
        if (tracked) {
            update = steps.restore(format, old) | format.accessed;
        }
        if (write && format.isMmuWritable(update)) {
            update |= SpteFormat.WRITE_BIT;
        }
        if (tracked) {
            invariants.restored(old, update, write);
        }
        return format.permits(update, access) ? update : 0;
    }
}
