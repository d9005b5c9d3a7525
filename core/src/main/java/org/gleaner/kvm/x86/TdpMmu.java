package org.gleaner.kvm.x86;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.mmu.AgeQuery;
import org.gleaner.kvm.mmu.DirtyBitmap;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.Invariants;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.mmu.MmuParts;
import org.gleaner.kvm.mmu.MmuRoot;
import org.gleaner.kvm.mmu.PreservedAccessed;
import org.gleaner.kvm.mmu.RemoteTlbs;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.kvm.mmu.SecondaryMmu;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.kvm.mmu.ZapCause;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TreeIter;
import org.jspecify.annotations.Nullable;

/// The second stage's page tables (`tdp_mmu.c`): roots, and what may be asked of them. Installing
/// is [TdpMap]'s, splitting [TdpSplit]'s, zapping [TdpZapper]'s, aging [TdpAger]'s.
///
/// ## Who may change what
///
/// An entry is one word, and it is changed by
///
/// - *faults*, many at a time, under `mmu_lock` read: from not present to a table or a leaf, a leaf
///   to one that allows more, a huge leaf to a table of the same, or a table to a huge leaf, by
///   compare-and-swap;
/// - *zaps*: under `mmu_lock` write by exchange, and of invalid roots under `mmu_lock` read by
///   compare-and-swap;
/// - the *fast page fault*, without a lock: gives a leaf back its R, X or W, by compare-and-swap;
/// - the *page walker*: sets A and D of a leaf that permits the access, in one step with its check;
/// - *agers*, under `mmu_lock` write or without any lock: take A away, or make the tracked form, by
///   one compare-and-swap against the leaf they read.
///
/// Everybody who may run beside another uses compare-and-swap from a value it has looked at, and
/// only a fault turns a word from not present to present. So what was zapped stays zapped until a
/// fault says otherwise, and a fault asks the gate of invalidations under `mmu_lock` before it
/// does.
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
/// A leaf may be of any level that the fault was given ([TdpMap]); whatever looks a page up finds a
/// huge leaf where one is.
public final class TdpMmu extends SecondaryMmu {
    final SpteFormat format;
    final SpteSteps spteSteps;

    final LeafMarks marks;

    /// Whom a table that is taken out of a valid root must be flushed from.
    final RemoteTlbs remote;

    final PreservedAccessed preserved;

    private final boolean keepsRoots;
    final TdpZapper zapper;
    final TdpSplit split;

    private final TdpMap map;
    private final TdpDirtyLog dirtyLog;
    private final TdpRecovery recovery;
    private final TdpAger ager;
    private final QueuedSpinLock pagesLock = new QueuedSpinLock(LockClass.TDP_MMU_PAGES);
    private final LongAdder yields = new LongAdder();
    private volatile MmuRoot[] roots = {};

    /// An MMU without roots, for entries of `format`.
    ///
    /// @throws ClassCastException if its steps are not those of x86
    public TdpMmu(MmuParts parts, SpteFormat format) {
        super(parts);
        SpteSteps steps = (SpteSteps) parts.steps();
        remote = parts.remote();
        this.format = format;
        spteSteps = steps;
        keepsRoots = parts.keepsRoots();
        preserved = parts.preserved();
        marks = new LeafMarks(format, parts.marks());
        zapper = new TdpZapper(this);
        split = new TdpSplit(tables, format, steps, invariants);
        map = new TdpMap(this);
        dirtyLog = new TdpDirtyLog(this, parts.hardwareLog());
        recovery = new TdpRecovery(this);
        ager = new TdpAger(this);
    }

    // --- roots -------------------------------------------------------------------------------

    /// The roots, invalid ones included, as they are now.
    MmuRoot[] roots(Cpu cpu) {
        cpu.reads(this);
        return roots;
    }

    /// A valid root with a reference for the caller (`kvm_tdp_mmu_alloc_root`).
    @Override
    public MmuRoot acquire(Cpu cpu) {
        mmuLock.readLock(cpu);
        MmuRoot root = findValid(cpu);
        if (root == null) {
            pagesLock.lock(cpu);
            root = findValid(cpu);
            if (root == null) {
                root = new MmuRoot(tables.newRoot(cpu), keepsRoots ? 2 : 1);
                cpu.charge(Cost.SPTE_TABLE_ALLOC);
                MmuRoot[] more = Arrays.copyOf(roots, roots.length + 1);
                more[more.length - 1] = root;
                cpu.writes(this);
                roots = more;
            }
            pagesLock.unlock(cpu);
        }
        mmuLock.readUnlock(cpu);
        return root;
    }

    private @Nullable MmuRoot findValid(Cpu cpu) {
        for (MmuRoot root : roots(cpu)) {
            if (!root.isInvalidLocked(cpu) && root.get(cpu)) {
                return root;
            }
        }
        return null;
    }

    /// Drops a reference (`kvm_tdp_mmu_put_root`). The last one of a valid root, on a kernel that
    /// keeps none itself, tears the tables down first. Must be called without `mmu_lock`.
    @Override
    public void release(Cpu cpu, MmuRoot root) {
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
    private void tearDown(Cpu cpu, MmuRoot root) {
        if (!root.isInvalidLocked(cpu)) {
            assert !keepsRoots : "nobody holds a valid root";
            rcu.readLock(cpu);
            root.invalidate(cpu);
            zapper.zapRoot(cpu, root, false);
            rcu.readUnlock(cpu);
        }
    }

    private void unlist(Cpu cpu, MmuRoot root) {
        pagesLock.lock(cpu);
        cpu.writes(this);
        roots = Arrays.stream(roots).filter(other -> other != root).toArray(MmuRoot[]::new);
        pagesLock.unlock(cpu);
        if (steps.waitsForReaders()) {
            rcu.call(cpu, (c, table) -> free(c, root), root.table);
        } else {
            free(cpu, root);
        }
    }

    private void free(Cpu cpu, MmuRoot root) {
        root.setFreed();
        tables.unlinked();
        tables.slab.freeRoot(cpu, root.table);
    }

    /// `kvm_tdp_mmu_invalidate_roots`, under `mmu_lock` write: no new fault will use the roots of
    /// now. A kernel that holds no reference itself takes one, so that the tables stay until they
    /// are zapped. Where it comes too late, for the last holder is on its way to the lock to tear
    /// the root down, it does that in its place: who marks a root invalid answers for its leaves.
    @Override
    public void invalidateRoots(Cpu cpu) {
        assert mmuLock.isHeldForWriteBy(cpu);
        for (MmuRoot root : roots(cpu)) {
            if (root.isInvalid(cpu)) {
                continue;
            }
            if (keepsRoots || root.get(cpu)) {
                root.scheduledToZap = true;
                root.invalidate(cpu);
            } else if (steps.emptiesUnheldRoots()) {
                tearDown(cpu, root);
            } else {
                root.invalidate(cpu);
            }
        }
    }

    /// `kvm_tdp_mmu_zap_invalidated_roots`: empties them and drops the MMU's reference.
    @Override
    public void zapInvalidatedRoots(Cpu cpu) {
        for (MmuRoot root : roots(cpu)) {
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
    @Override
    public void zapAll(Cpu cpu) {
        mmuLock.writeLock(cpu);
        for (MmuRoot root : roots(cpu)) {
            zapper.zapRoot(cpu, root, false);
        }
        mmuLock.writeUnlock(cpu);
    }

    @Override
    public boolean unmap(Cpu cpu, long start, long end, ZapCause cause) {
        return zapper.zapLeafs(cpu, start, end, cause);
    }

    @Override
    public boolean age(
            Cpu cpu, long start, long end, long lastGfn, AgeQuery query, boolean locked) {
        return ager.age(cpu, start, end, lastGfn, query, locked);
    }

    @Override
    public void split(Cpu cpu, long start, long end, int chunkLevel) {
        dirtyLog.split(cpu, start, end);
    }

    @Override
    public void writeProtect(Cpu cpu, long start, long end) {
        dirtyLog.writeProtect(cpu, start, end);
    }

    @Override
    public void clearDirty(Cpu cpu, long gfn, long mask) {
        dirtyLog.clear(cpu, gfn, mask);
    }

    @Override
    public void recover(Cpu cpu, long start, long end, LogEnd how, LevelOf levels) {
        recovery.recover(cpu, start, end, how, levels);
    }

    @Override
    public long splits() {
        return dirtyLog.splits.sum();
    }

    @Override
    public long recovered() {
        return recovery.recovered.sum();
    }

    @Override
    public long yields() {
        return yields.sum();
    }

    @Override
    public int unseenWriteLevel(Cpu cpu, long gfn) {
        return dirtyLog.unseenWriteLevel(cpu, gfn);
    }

    /// `tdp_mmu_iter_cond_resched`, for walks under `mmu_lock` read: true if others were let in.
    boolean letOthersIn(Cpu cpu, TreeIter iter, boolean owesFlush) {
        if (!iter.mayYield() || !cpu.yieldsIf(mmuLock.isContended())) {
            return false;
        }
        yields.increment();
        if (owesFlush) {
            remote.flush(cpu);
        }
        rcu.readUnlock(cpu);
        mmuLock.readUnlock(cpu);
        cpu.relax();
        mmuLock.readLock(cpu);
        rcu.readLock(cpu);
        iter.yielded();
        return true;
    }

    @Override
    public void checkAbsent(Cpu cpu, long start, long end, boolean later) {
        zapper.checkAbsent(cpu, start, end, later);
    }

    /// An account of this moment, entry by entry. An invalid root that was emptied has none.
    @Override
    public long countLeaves(Cpu cpu, boolean onlyYoung) {
        TreeIter iter = new TreeIter(tables, 1 << 20);
        long count = 0;
        rcu.readLock(cpu);
        for (MmuRoot root : roots(cpu)) {
            iter.start(root.table, RadixTable.LEVEL_4K, 0, tables.geometry.keys);
            while (iter.nextLeaf(cpu)) {
                if (!onlyYoung || format.isAccessed(iter.old)) {
                    count++;
                }
            }
        }
        rcu.readUnlock(cpu);
        return count;
    }

    // --- faults ------------------------------------------------------------------------------

    /// `kvm_tdp_mmu_map`.
    @Override
    public int map(Cpu cpu, MmuRoot root, TableCache spare, Fault fault) {
        cpu.enter(KernelFunction.KVM_TDP_MMU_MAP);
        rcu.readLock(cpu);
        int result = map.map(cpu, root, spare, fault);
        rcu.readUnlock(cpu);
        cpu.charge(Cost.MMU_INSTALL);
        cpu.exit();
        return result;
    }

    /// `fast_page_fault`.
    @Override
    public int fastFault(Cpu cpu, MmuRoot root, Fault fault) {
        rcu.readLock(cpu);
        int result = RetPf.INVALID;
        for (int tries = 0; tries < 5; tries++) {
            cpu.step();
            long found = tables.leafAt(cpu, root.table, fault.gfn);
            if (found < 0) {
                break;
            }
            long slot = RadixTable.slotOf(found);
            long[] words = tables.slab.slotWords(slot);
            int i = tables.slab.slotIndex(slot);
            long old = cpu.load(words, i);
            Invariants.readable(old);
            if (format.isTable(old, RadixTable.levelOf(found))) {
                continue;
            }
            long update = fastUpdate(old, fault.write);
            boolean huge = RadixTable.levelOf(found) > RadixTable.LEVEL_4K;
            if (update == 0 || update != old && huge && fault.write && fault.log != null) {
                break;
            }
            if (update == old) {
                result = RetPf.SPURIOUS;
                break;
            }
            if (cpu.cas(words, i, old, update)) {
                invariants.changed(old, update);
                DirtyBitmap log = fault.log;
                if (log != null && fault.write && steps.marksFastFaults()) {
                    log.mark(cpu, fault.gfn);
                }
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
            update = spteSteps.restore(format, old) | format.accessed;
        }
        if (write && format.isMmuWritable(update)) {
            update |= SpteFormat.WRITE_BIT;
        }
        if (tracked) {
            SpteInvariants.restored(format, old, update, write);
        }
        return format.permits(update, access) ? update : 0;
    }
}
