package org.gleaner.kvm.pfn;

import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.machine.RwSemaphore;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;

/// A guest page that the kernel reads and writes time and again, kept at hand without a reference
/// (`gfn_to_pfn_cache`): only invalidations keep it right.
///
/// ```
/// while (!cache.lockValid(cpu)) {        // the reader's lock, and a look whether it is valid
///     if (cache.refresh(cpu) != 0) ...   // may sleep
/// }
/// use cache.pfn()
/// cache.unlock(cpu);
/// ```
///
/// ## Refresh against invalidation
///
/// ```
/// invalidation                              refresh
/// mn_active++                               not valid;  seq = sequence
/// valid caches of the range: not valid      look the page up, map it        (may sleep)
/// ... mmu_lock: in_progress++, zap          lock
/// the host changes its page table           again if mn_active != 0 or the sequence moved
/// ... seq++, in_progress--                  valid; release the page, clean; unlock
/// mn_active--
/// ```
///
/// An invalidation that comes while the cache is not valid passes over it. It either still is
/// active when the refresh looks, or has moved the sequence. The count of those *in progress* would
/// not do: it rises after the caches were told, so a refresh in between would see nothing.
///
/// The cache writes through the kernel's address, but its page is released clean, and nothing marks
/// it dirty later: what is written is lost if the host believes the page clean when it takes it.
///
/// Locks: `refresh_lock`, held across a refresh, which may sleep; then `gpc->lock`, never with
/// `mmu_lock` inside. All fields are behind `gpc->lock`; only the holder of `refresh_lock` changes
/// any but `valid`.
@Guarded("gpc->lock")
public final class PfnCache {
    /// The cache is not active (`-EINVAL`).
    public static final int INACTIVE = -22;

    /// No slot, a read-only one, no page, or no room to map it (`-EFAULT`).
    public static final int FAULT = PageClaim.FAULT;

    private final GuestSlots slots;
    private final UserPages pages;
    private final KernelMap kernel;
    private final PfnCaches all;
    private final ProtocolSteps steps;

    private final RwSemaphore refreshLock = new RwSemaphore(LockClass.GPC_REFRESH_LOCK);
    private final QueuedRwLock lock = new QueuedRwLock(LockClass.GPC_LOCK);
    private final PageClaim claim = new PageClaim();

    private boolean active;
    private boolean valid;
    private long gfn;
    private long generation;
    private long vpn = GuestSlots.NO_SLOT;
    private int pfn = -1;
    private long address = KernelMap.NONE;

    PfnCache(
            GuestSlots slots,
            UserPages pages,
            KernelMap kernel,
            PfnCaches all,
            ProtocolSteps steps) {
        this.slots = slots;
        this.pages = pages;
        this.kernel = kernel;
        this.all = all;
        this.steps = steps;
    }

    // --- users ---------------------------------------------------------------------------------

    /// Takes the lock for reading if the cache is valid; until [#unlock] it stays so
    /// (`kvm_gpc_check`).
    public boolean lockValid(Cpu cpu) {
        lock.readLock(cpu);
        if (active && generation == slots.generation(cpu) && vpn >= 0 && valid) {
            return true;
        }
        lock.readUnlock(cpu);
        return false;
    }

    public void unlock(Cpu cpu) {
        lock.readUnlock(cpu);
    }

    /// The frame, for the holder of a valid cache's lock.
    public int pfn() {
        assert address != KernelMap.NONE : "a cache is used that is not valid";
        return pfn;
    }

    // --- life ------------------------------------------------------------------------------------

    /// Has the cache follow guest page `page` (`kvm_gpc_activate`); may sleep.
    ///
    /// @return as [#refresh]; it is active in any case
    public int activate(Cpu cpu, long page) {
        refreshLock.downWrite(cpu);
        if (!active) {
            // Invalidations must find it before it can be valid.
            all.add(cpu, this);
        }
        lock.writeLock(cpu);
        active = true;
        gfn = page;
        vpn = GuestSlots.NO_SLOT;
        int error = refreshAndUnlock(cpu);
        refreshLock.upWrite(cpu);
        return error;
    }

    /// Makes it valid again, if it is not (`kvm_gpc_refresh`); may sleep.
    ///
    /// @return 0, [#INACTIVE] or [#FAULT]; who finds it valid must still lock and look
    public int refresh(Cpu cpu) {
        refreshLock.downWrite(cpu);
        lock.writeLock(cpu);
        int error = INACTIVE;
        if (active) {
            error = refreshAndUnlock(cpu);
        } else {
            lock.writeUnlock(cpu);
        }
        refreshLock.upWrite(cpu);
        return error;
    }

    /// Lets go of the page (`kvm_gpc_deactivate`); may sleep.
    public void deactivate(Cpu cpu) {
        refreshLock.downWrite(cpu);
        if (active) {
            lock.writeLock(cpu);
            active = false;
            long old = address;
            forget();
            lock.writeUnlock(cpu);
            all.remove(cpu, this);
            kernel.unmap(cpu, old);
        }
        refreshLock.upWrite(cpu);
    }

    private void forget() {
        valid = false;
        pfn = -1;
        address = KernelMap.NONE;
    }

    // --- refresh: refresh_lock and the lock for writing are held --------------------------------

    private int refreshAndUnlock(Cpu cpu) {
        int section = slots.enter(cpu);
        long oldAddress = address;
        long oldVpn = vpn;
        long now = slots.generation(cpu);
        if (generation != now || vpn < 0) {
            generation = now;
            vpn = slots.vpn(cpu, gfn, true);
        }
        boolean found = vpn >= 0 && (valid && vpn == oldVpn || resolve(cpu));
        if (!found) {
            forget();
        }
        boolean changed = address != oldAddress;
        lock.writeUnlock(cpu);
        if (changed) {
            kernel.unmap(cpu, oldAddress);
        }
        slots.leave(cpu, section);
        return found ? 0 : FAULT;
    }

    /// `hva_to_pfn_retry`: drops the lock and takes it again. Returns whether there is a page.
    private boolean resolve(Cpu cpu) {
        long mapped = KernelMap.NONE;
        valid = false;
        for (; ; ) {
            long seq = slots.sequence(cpu);
            lock.writeUnlock(cpu);
            if (mapped != KernelMap.NONE) {
                abandon(cpu, mapped);
                cpu.standAside();
            }
            pages.lookUp(cpu, vpn, Lookup.WRITE, claim);
            if (!steps.cacheNotesSequenceFirst()) {
                seq = slots.sequence(cpu);
            }
            mapped = map(cpu);
            lock.writeLock(cpu);
            if (mapped == KernelMap.NONE) {
                return false;
            }
            if (!steps.cacheAsksBeforeItIsValid() || !isOvertaken(cpu, seq)) {
                break;
            }
        }
        valid = true;
        pfn = claim.pfn();
        address = mapped;
        pages.markAccessed(cpu, claim);
        pages.put(cpu, claim);
        return true;
    }

    /// The kernel's address of what was found; [KernelMap#NONE] and nothing owed if there is none.
    private long map(Cpu cpu) {
        if (claim.kind() == PageClaim.Kind.ERROR) {
            claim.free();
            return KernelMap.NONE;
        }
        long mapped = claim.pfn() == pfn ? address : kernel.map(cpu, claim);
        if (mapped == KernelMap.NONE) {
            pages.put(cpu, claim);
        }
        return mapped;
    }

    private void abandon(Cpu cpu, long mapped) {
        if (mapped != address) {
            kernel.unmap(cpu, mapped);
        }
        pages.put(cpu, claim);
    }

    /// `mmu_notifier_retry_cache`. The count is read before the sequence: an invalidation moves the
    /// sequence before it lowers the count.
    private boolean isOvertaken(Cpu cpu, long seq) {
        return steps.cacheAsksActive() && slots.isInvalidating(cpu) || slots.sequence(cpu) != seq;
    }

    // --- invalidations ---------------------------------------------------------------------------

    /// The reader's lock first: most caches are of other pages.
    void invalidate(Cpu cpu, long start, long end) {
        lock.readLock(cpu);
        boolean meant = isValidIn(start, end);
        lock.readUnlock(cpu);
        if (meant) {
            lock.writeLock(cpu);
            if (isValidIn(start, end)) {
                valid = false;
            }
            lock.writeUnlock(cpu);
        }
    }

    private boolean isValidIn(long start, long end) {
        return valid && vpn >= start && vpn < end;
    }
}
