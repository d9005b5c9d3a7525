package org.gleaner.mm.gup;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.concurrent.atomic.LongAdder;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.fault.FaultContext;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Resolves a virtual page for somebody other than the CPU: faults it in if need be and takes a
/// reference (`get_user_pages` for one page).
///
/// The fast path reads the entry without a lock, takes the reference and reads the entry again; it
/// only serves writable entries, for a read-only one may be about to be replaced. The slow path
/// faults until the entry is there, and marks the page accessed as `FOLL_TOUCH` does.
///
/// A pin comes with the reference, before the second look. So who takes an entry away and looks for
/// pins then finds it, or the second look finds the entry gone. A fork looks for pins first and
/// takes W away then; a pin that it has missed is given back, as [AddressSpace#forks] has changed
/// (`write_protect_seq`).
public final class GetUserPages {
    /// Set in an answer if the host maps the page writable.
    public static final long WRITABLE = 1L << 62;

    private final PteFormat format;
    private static final long NOT_THERE = -1;

    /// A driver's frame is there.
    private static final long NO_PAGE = PageFaults.FAULT;

    private final Folios folios;
    private final LruCache lru;
    private final PageFaults faults;
    private final SwapArea swap;
    private final MemorySteps steps;
    private final FollowPfn follow;
    private final Walk[] walks;

    // Counts, for reports: what lookups themselves tell a page (`FOLL_TOUCH`), whoever asked.
    private final LongAdder touches = new LongAdder();
    private final LongAdder dirtied = new LongAdder();

    GetUserPages(FaultContext host, PageFaults faults) {
        format = host.format();
        steps = host.steps();
        swap = host.swap();
        folios = host.folios();
        lru = host.lru();
        this.faults = faults;
        follow = new FollowPfn(format, this, faults, folios, lru, host.maxCpus());
        walks = new Walk[host.maxCpus()];
        java.util.Arrays.setAll(walks, i -> new Walk());
    }

    /// Resolves one page; may sleep, reclaim and swap.
    ///
    /// @param how bits of [Lookup]: [Lookup#WRITE], [Lookup#WANT_WRITABLE], [Lookup#NOWAIT],
    ///     [Lookup#PIN]
    /// @return the pfn, with [#WRITABLE] or without, its folio referenced, or pinned unless it is
    ///     reserved, for zeroes are not: nobody writes to them; or a negative error of
    ///     [PageFaults], of which [PageFaults#FAULT] also says that a device's frame is there; or
    ///     [PageClaim#NEEDS_IO]
    public long get(Cpu cpu, AddressSpace mm, long vpn, int how) {
        boolean write = (how & Lookup.WRITE) != 0;
        boolean wantWritable = (how & Lookup.WANT_WRITABLE) != 0;
        if (write || wantWritable) {
            long fast = fast(cpu, mm, vpn, how);
            if (fast != NOT_THERE) {
                return fast;
            }
        }
        boolean interruptible = (how & Lookup.INTERRUPTIBLE) != 0;
        for (boolean again = false; ; again = true) {
            long slow = slow(cpu, mm, vpn, how);
            if (slow == NO_PAGE) {
                return PageFaults.FAULT;
            }
            if (slow != NOT_THERE) {
                return write ? slow : upgrade(cpu, mm, vpn, slow, wantWritable);
            }
            Vma vma = mm.vma(vpn);
            if (vma != null && (vma.isDevice() || vma.isSecret())) {
                return PageFaults.FAULT;
            }
            if (again && interruptible && mm.hasSignal(cpu)) {
                return PageClaim.SIGPENDING;
            }
            if ((how & Lookup.NOWAIT) != 0 && vma != null && waits(cpu, vma, vpn)) {
                return !write || vma.writable() ? PageClaim.NEEDS_IO : PageFaults.FAULT;
            }
            int error = fault(cpu, mm, vpn, how);
            if (error != PageFaults.DONE) {
                return error;
            }
        }
    }

    /// The same of a page that is there and writable now; never sleeps.
    ///
    /// @return as [#get]; [PageClaim#FAULT] if it is not
    long getFast(Cpu cpu, AddressSpace mm, long vpn) {
        long fast = fast(cpu, mm, vpn, 0);
        return fast == NOT_THERE ? PageClaim.FAULT : fast;
    }

    /// How often a lookup marked its page accessed or referenced.
    public long touches() {
        return touches.sum();
    }

    /// How often a lookup for writing marked its page dirty.
    public long dirtied() {
        return dirtied.sum();
    }

    FollowPfn follow() {
        return follow;
    }

    /// See [PageFaults#returnToUser].
    void returnToUser(Cpu cpu, AddressSpace mm) {
        faults.returnToUser(cpu, mm);
    }

    /// See [PageFaults#owes].
    boolean owes(Cpu cpu) {
        return faults.owes(cpu);
    }

    /// See [PageFaults#payTables].
    void payTables(Cpu cpu, AddressSpace mm, int pages) {
        faults.payTables(cpu, mm, pages);
    }

    /// `get_user_pages_fast_only` for writing.
    private long fast(Cpu cpu, AddressSpace mm, long vpn, int how) {
        boolean pin = (how & Lookup.PIN) != 0;
        long forks = pin ? mm.forks(cpu) : 0;
        if (AddressSpace.isForking(forks)) {
            return NOT_THERE;
        }
        Walk walk = walks[cpu.id];
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level > RadixTable.LEVEL_2M || isNoLeaf(walk.entry, walk.level)) {
            return NOT_THERE;
        }
        long pte = cpu.load(walk.words, walk.index);
        if (!format.isLeaf(pte, walk.level) || !format.isPageForWriting(pte)) {
            return NOT_THERE;
        }
        int folio = (int) format.pfn(pte);
        if (!folios.tryGet(cpu, folio)) {
            return NOT_THERE;
        }
        if (isSecret(folios.peek(cpu, folio))) {
            lru.put(cpu, folio);
            return NOT_THERE;
        }
        boolean early = pin && steps.pinsBeforeItLooksAgain();
        if (early) {
            folios.pin(cpu, folio);
        }
        long again = steps.looksAgain() ? cpu.load(walk.words, walk.index) : pte;
        if (!format.isLeaf(again, walk.level)
                || !format.isPageForWriting(again)
                || format.pfn(again) != folio
                || pin && steps.asksForForks() && mm.forks(cpu) != forks) {
            if (early) {
                folios.unpin(cpu, folio);
            }
            lru.put(cpu, folio);
            return NOT_THERE;
        }
        if (pin && !early) {
            folios.pin(cpu, folio);
        }
        folios.set(cpu, folio, REFERENCED);
        touches.increment();
        return folio + within(mm, vpn, walk) | WRITABLE;
    }

    private boolean serves(Cpu cpu, long pte, boolean unshares) {
        return !(unshares && format.isShared(pte))
                && !isSecret(folios.peek(cpu, (int) format.pfn(pte)));
    }

    private static boolean isSecret(long state) {
        return (state & (UNEVICTABLE | ANON | LARGE)) == UNEVICTABLE;
    }

    /// The entry under its lock (`follow_page_pte`). A page that others may share will not do if it
    /// is to be pinned for reading.
    private long slow(Cpu cpu, AddressSpace mm, long vpn, int how) {
        boolean write = (how & Lookup.WRITE) != 0;
        boolean pin = (how & Lookup.PIN) != 0;
        Walk walk = walks[cpu.id];
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level > RadixTable.LEVEL_2M || isNoLeaf(walk.entry, walk.level)) {
            return NOT_THERE;
        }
        QueuedSpinLock lock = mm.pteLock(walk);
        lock.lock(cpu);
        long pte = cpu.load(walk.words, walk.index);
        long result = format.isSpecial(pte) && !format.isZero(pte) ? NO_PAGE : NOT_THERE;
        if (format.isLeaf(pte, walk.level)
                && format.isAccessible(pte)
                && (format.isPage(pte) ? serves(cpu, pte, pin && !write) : format.isZero(pte))
                && (!write || format.isWritable(pte))) {
            int folio = (int) format.pfn(pte);
            folios.get(cpu, folio);
            if (pin && !isReserved(folios.peek(cpu, folio))) {
                folios.pin(cpu, folio);
            }
            if (write && !format.isDirty(pte)) {
                folios.set(cpu, folio, DIRTY);
                dirtied.increment();
            }
            // what a huge leaf shows is told nothing; the leaf is as young as the fault left it
            if (walk.level == RadixTable.LEVEL_4K && !isReserved(folios.peek(cpu, folio))) {
                lru.markAccessed(cpu, folio);
                touches.increment();
            }
            long pfn = folio + within(mm, vpn, walk);
            result = write ? pfn | WRITABLE : pfn;
        }
        lock.unlock(cpu);
        return result;
    }

    private int fault(Cpu cpu, AddressSpace mm, long vpn, int how) {
        boolean write = (how & Lookup.WRITE) != 0;
        if ((how & Lookup.PIN) != 0 && !write) {
            return faults.unshare(cpu, mm, vpn);
        }
        return (how & Lookup.INTERRUPTIBLE) != 0
                ? faults.handleInterruptibly(cpu, mm, vpn, write)
                : faults.handle(cpu, mm, vpn, write);
    }

    /// A fault would wait, for the swap device or for a monitor.
    private boolean waits(Cpu cpu, Vma vma, long vpn) {
        return isMissing(cpu, vma, vpn) || waitsForSwap(cpu, vma, vpn);
    }

    private boolean isMissing(Cpu cpu, Vma vma, long vpn) {
        if (vma.userfault() == null) {
            return false;
        }
        AddressSpace mm = vma.mm();
        mm.mmapLock().downRead(cpu);
        boolean missing =
                format.isNone(mm.tables().find(cpu, walks[cpu.id], mm.root(), vpn))
                        && vma.waitsForMonitor(cpu, vpn);
        mm.mmapLock().upRead(cpu);
        return missing;
    }

    /// A fault would wait for the swap device: the page is there and not in the swap cache. A
    /// synchronous device reads at once, which is not called waiting.
    private boolean waitsForSwap(Cpu cpu, Vma vma, long vpn) {
        if (swap.device().synchronous()) {
            return false;
        }
        Walk walk = walks[cpu.id];
        AddressSpace mm = vma.mm();
        long entry = mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level == RadixTable.LEVEL_4K && format.isSwap(entry)) {
            return swap.cached(cpu, (int) format.swapSlot(entry)) < 0;
        }
        if (vma.object() instanceof Memfd memfd && vma.index(vpn) < memfd.pages()) {
            long held = memfd.peek(cpu, vma.index(vpn));
            return Memfd.isSwap(held) && swap.cached(cpu, Memfd.slot(held)) < 0;
        }
        return false;
    }

    private boolean isNoLeaf(long entry, int level) {
        return level == RadixTable.LEVEL_2M && !format.isLeaf(entry, level);
    }

    /// Which page of the leaf's folio is meant; 0 unless the leaf is huge.
    private long within(AddressSpace mm, long vpn, Walk walk) {
        return vpn & mm.tables().geometry.pages(walk.level) - 1;
    }

    /// After a read: the page may be writable all the same; then that answer is taken instead.
    private long upgrade(Cpu cpu, AddressSpace mm, long vpn, long readOnly, boolean wantWritable) {
        if (!wantWritable) {
            return readOnly;
        }
        long fast = fast(cpu, mm, vpn, 0);
        if (fast == NOT_THERE) {
            return readOnly;
        }
        lru.put(cpu, folios.folio(cpu, (int) readOnly));
        return fast;
    }
}
