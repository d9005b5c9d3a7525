package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.CurrentTask;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.HugetlbFile;
import org.gleaner.mm.space.InaccessibleFile;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.Userfault;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// The page-fault path of the host (`handle_mm_fault` and below).
///
/// A fault prepares a page without locks, takes the page-table lock, and installs it only if the
/// entry is still what it was; otherwise somebody else has resolved the fault, and the page is
/// dropped.
///
/// A read of memory that was never written allocates, unless the mapping asks for [ZeroPages].
public final class PageFaults {
    /// The fault is resolved; the access may be tried again.
    public static final int DONE = 0;

    /// No mapping, or it forbids the access (`-EFAULT`, `SIGSEGV`).
    public static final int FAULT = -14;

    /// The page to be supplied is there already (`-EEXIST`).
    public static final int EXIST = -17;

    /// A signal ended the wait for a page (`-EINTR`).
    public static final int INTR = -4;

    /// No memory (`-ENOMEM`, `VM_FAULT_OOM`): no page, no page table, or none for a process that
    /// the OOM killer has chosen.
    public static final int NOMEM = -12;

    /// What a fault is for: a write, a page of one's own to pin, an answer to who waits for a page;
    /// and whether a signal ends a wait.
    private static final int WRITE = 1, UNSHARE = 2, SUPPLY = 4, INTERRUPTIBLE = 8;

    /// The page is missing, and a monitor is to fill it.
    private static final int MISSING = 1;

    /// The page's memory is broken (`VM_FAULT_HWPOISON`).
    public static final int HWPOISON = -133;

    /// Of a driver's handler: it has to wait without mmap_lock, and the fault is to be tried again.
    static final int LOCK_DROPPED = 2;

    /// How long it waits: as long as a device takes to move a buffer.
    private static final long DEVICE_NANOS = 10_000;

    private final PteFormat format;

    private final Folios folios;
    private final LruCache lru;
    private final PageAllocator allocator;
    private final AnonSwapIn anonSwapIn;
    private final MemfdFault memfdFault;
    private final DeviceFault deviceFault;
    private final HugetlbPages hugetlb;
    private final VmStat stat;
    private final CurrentTask currentTask;
    private final CopyOnWrite copies;
    private final ZeroPages zeroes;
    private final MemorySteps steps;

    /// Null on a host without huge pages.
    private final @Nullable HugeFault huge;

    private final Walk[] walks;

    PageFaults(
            FaultContext host,
            AnonSwapIn anonSwapIn,
            MemfdFault memfdFault,
            CopyOnWrite copies,
            ZeroPages zeroes,
            HugetlbPages hugetlb) {
        format = host.format();
        steps = host.steps();
        deviceFault = new DeviceFault(host.format(), host.folios(), host.steps());
        folios = host.folios();
        lru = host.lru();
        allocator = host.allocator();
        this.hugetlb = hugetlb;
        this.anonSwapIn = anonSwapIn;
        this.memfdFault = memfdFault;
        stat = host.stat();
        currentTask = host.currentTask();
        this.copies = copies;
        this.zeroes = zeroes;
        huge = host.hugePages() ? new HugeFault(host, zeroes) : null;
        walks = new Walk[host.maxCpus()];
        java.util.Arrays.setAll(walks, i -> new Walk());
    }

    /// Resolves a fault on one page. Takes mmap_lock for reading; may sleep. Returns [#DONE] or an
    /// error.
    public int handle(Cpu cpu, AddressSpace mm, long vpn, boolean write) {
        return handle(cpu, mm, vpn, write ? WRITE : 0);
    }

    /// Makes a page of private memory this entry's alone, so that it can be pinned for reading: a
    /// copy if others may share it (`FAULT_FLAG_UNSHARE`). Else as [#handle].
    public int unshare(Cpu cpu, AddressSpace mm, long vpn) {
        return handle(cpu, mm, vpn, UNSHARE);
    }

    /// As [#handle], and a pending signal ends the wait for a monitor: [#INTR].
    public int handleInterruptibly(Cpu cpu, AddressSpace mm, long vpn, boolean write) {
        return handle(cpu, mm, vpn, INTERRUPTIBLE | (write ? WRITE : 0));
    }

    /// Supplies a page for which a fault waits, and wakes who does: a new one (`UFFDIO_COPY`, or
    /// `UFFDIO_ZEROPAGE`, which costs the same here) or, where those are waited for, the one that
    /// the file has (`UFFDIO_CONTINUE`). Takes mmap_lock for reading; may sleep.
    ///
    /// @return [#DONE]; [#EXIST] if there is one already; or [#FAULT] if nobody would wait for it
    public int supply(Cpu cpu, AddressSpace mm, long vpn) {
        cpu.enter(KernelFunction.USERFAULTFD_IOCTL);
        cpu.charge(Cost.UFFD_SUPPLY);
        mm.enterCall(cpu);
        currentTask.enter(cpu, mm);
        mm.mmapLock().downRead(cpu);
        Vma vma = mm.vma(vpn);
        Userfault monitor = vma == null ? null : vma.userfault();
        int result = FAULT;
        if (vma != null && monitor != null) {
            monitor.enterCall(cpu);
            result = handleIn(cpu, vma, vpn, SUPPLY | WRITE);
        }
        mm.mmapLock().upRead(cpu);
        if (monitor != null) {
            if (result == DONE) {
                monitor.wake(cpu, vpn, vpn + 1);
            }
            monitor.leaveCall(cpu);
        }
        currentTask.leave(cpu);
        mm.leaveCall(cpu);
        cpu.exit();
        return result;
    }

    private int handle(Cpu cpu, AddressSpace mm, long vpn, int how) {
        cpu.enter(KernelFunction.HANDLE_MM_FAULT);
        cpu.chargeVarying(Cost.HOST_FAULT);
        currentTask.enter(cpu, mm);
        stat.inc(cpu, VmEvent.PGFAULT);
        mm.markUsed(cpu);
        VmStat own = mm.memcg().stat();
        own.inc(cpu, VmEvent.PGFAULT);
        long majors = stat.get(cpu, VmEvent.PGMAJFAULT);
        long swapIns = stat.get(cpu, VmEvent.PSWPIN);
        mm.memcg().lruvec().statChanged(cpu, 1);
        int result = MISSING;
        while (result == MISSING) {
            result = tried(cpu, mm, vpn, how);
        }
        own.add(cpu, VmEvent.PGMAJFAULT, stat.get(cpu, VmEvent.PGMAJFAULT) - majors);
        own.add(cpu, VmEvent.PSWPIN, stat.get(cpu, VmEvent.PSWPIN) - swapIns);
        currentTask.leave(cpu);
        cpu.exit();
        return result;
    }

    /// A fault under mmap_lock, which whoever has to wait lets go of; [#MISSING] if a monitor was
    /// waited for, and the fault is to be tried again.
    private int tried(Cpu cpu, AddressSpace mm, long vpn, int how) {
        mm.mmapLock().downRead(cpu);
        Vma vma = mm.vma(vpn);
        int result;
        if (mm.isKilled()) {
            result = NOMEM;
        } else if (vma == null || !permits(vma, how)) {
            result = FAULT;
        } else {
            result = handleIn(cpu, vma, vpn, how);
        }
        Userfault monitor = result == MISSING && vma != null ? vma.userfault() : null;
        boolean waits = vma != null && monitor != null && enqueue(cpu, monitor, vma, vpn);
        mm.mmapLock().upRead(cpu);
        if (result == LOCK_DROPPED) {
            cpu.sleep(DEVICE_NANOS);
            return DONE;
        }
        if (monitor == null) {
            return result;
        }
        return monitor.await(cpu, mm, waits, (how & INTERRUPTIBLE) != 0) ? MISSING : INTR;
    }

    /// What a task of an address space does before it goes back to user mode or into its guest: it
    /// pays for what it has charged above `memory.high`, by reclaim or sleep. No lock may be held.
    public void returnToUser(Cpu cpu, AddressSpace mm) {
        currentTask.enter(cpu, mm);
        allocator.returnToUser(cpu, mm.memcg());
        currentTask.leave(cpu);
    }

    /// Whether the task on a CPU has anything to pay there.
    public boolean owes(Cpu cpu) {
        return allocator.owes(cpu);
    }

    /// Charges pages that a secondary MMU lays by for its tables. May reclaim; no spinlock may be
    /// held.
    public void payTables(Cpu cpu, AddressSpace mm, int pages) {
        currentTask.enter(cpu, mm);
        mm.tableCharge().paySecondary(cpu, pages);
        currentTask.leave(cpu);
    }

    /// The first half of `handle_userfault`: returns whether there still is something to wait for.
    private boolean enqueue(Cpu cpu, Userfault monitor, Vma vma, long vpn) {
        monitor.enqueue(cpu, vpn);
        Walk walk = walks[cpu.id];
        return !steps.looksOnceQueued()
                || format.isNone(vma.mm().tables().find(cpu, walk, vma.mm().root(), vpn));
    }

    private static boolean permits(Vma vma, int how) {
        return vma.readable() && ((how & WRITE) == 0 || vma.writable());
    }

    /// A driver shows every page of a mapping at once (`remap_pfn_range`).
    ///
    /// @return [#DONE], or [#NOMEM] if there are too few page tables
    public int showAll(Cpu cpu, Vma vma, DeviceMemory device) {
        AddressSpace mm = vma.mm();
        Walk walk = walks[cpu.id];
        int result = DONE;
        // for reading: who charges a page table may reclaim, and look at this address space
        mm.mmapLock().downRead(cpu);
        for (long vpn = vma.start(); vpn < vma.end() && result == DONE; vpn++) {
            mm.tables().allocate(cpu, walk, mm.root(), vpn, RadixTable.LEVEL_4K, mm.tableCharge());
            result =
                    walk.level == RadixTable.LEVEL_4K
                            ? deviceFault.show(cpu, vma, device, vpn, walk, false)
                            : NOMEM;
        }
        mm.mmapLock().upRead(cpu);
        return result;
    }

    private int handleIn(Cpu cpu, Vma vma, long vpn, int how) {
        boolean write = (how & WRITE) != 0;
        AddressSpace mm = vma.mm();
        Walk walk = walks[cpu.id];
        if (vma.object() instanceof HugetlbFile file) {
            return hugetlb.fault(cpu, vma, file, vpn, walk, write);
        }
        boolean supplies = (how & SUPPLY) != 0;
        if (huge != null && vma.userfault() == null) {
            int result = huge.handle(cpu, vma, vpn, walk, write);
            if (result != HugeFault.SMALL) {
                return result;
            }
        }
        mm.tables().allocate(cpu, walk, mm.root(), vpn, RadixTable.LEVEL_4K, mm.tableCharge());
        if (walk.level != RadixTable.LEVEL_4K) {
            // another fault has mapped a huge page meanwhile, or there is no page table
            return format.isNone(walk.entry) ? NOMEM : DONE;
        }
        long pte = cpu.load(walk.words, walk.index);
        if (supplies && !format.isNone(pte)) {
            return EXIST;
        }
        if (format.isPresent(pte)) {
            return vma.object() instanceof DeviceMemory device
                    ? deviceFault.present(cpu, vma, device, walk, write)
                    : upgrade(cpu, vma, vpn, walk, pte, how);
        }
        if (format.isPoison(pte)) {
            return HWPOISON;
        }
        if (format.isSwap(pte)) {
            return anonSwapIn.fault(cpu, vma, vpn, walk, pte, write);
        }
        if (vma.waitsForMonitor(cpu, vpn) != supplies) {
            return supplies ? FAULT : MISSING;
        }
        return switch (vma.object()) {
            case AnonVma anon -> firstTouch(cpu, vma, anon, vpn, walk, write);
            case DeviceMemory device -> deviceFault.missing(cpu, vma, device, vpn, walk, write);
            case HugetlbFile _, InaccessibleFile _ ->
                    throw new AssertionError("no small pages of " + vma.object());
            case Memfd memfd -> memfdFault.fault(cpu, vma, memfd, vpn, walk, write);
        };
    }

    /// The entry is there but did not permit the access, or does by now (`do_wp_page`, spurious
    /// faults).
    private int upgrade(Cpu cpu, Vma vma, long vpn, Walk walk, long seen, int how) {
        boolean write = (how & WRITE) != 0;
        if ((how & (WRITE | UNSHARE)) != 0 && format.isShared(seen)) {
            return copies.resolve(cpu, vma, vpn, walk, seen, write);
        }
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        long pte = cpu.load(walk.words, walk.index);
        if (format.isPresent(pte) && format.pfn(pte) == format.pfn(seen)) {
            // also of an entry that was hidden to see who uses it (`do_numa_page`)
            long more = PteFormat.ACCESSED | PteFormat.USER;
            if (write && vma.writable() && !format.isShared(pte)) {
                if (vma.object() instanceof Memfd memfd && memfd.notifiesWrites()) {
                    makeWritable(cpu, memfd, pte);
                }
                more |= PteFormat.WRITABLE | PteFormat.DIRTY;
            }
            Pte.set(cpu, format, walk.words, walk.index, more);
        }
        lock.unlock(cpu);
        return DONE;
    }

    /// `page_mkwrite`: the file is told before the first write to a page since it was last clean.
    private void makeWritable(Cpu cpu, Memfd file, long pte) {
        folios.set(cpu, (int) format.pfn(pte), DIRTY);
        file.countWriteNotice(cpu);
    }

    /// `do_anonymous_page`.
    private int firstTouch(Cpu cpu, Vma vma, AnonVma anon, long vpn, Walk walk, boolean write) {
        if (!write && vma.mapsZeroPages()) {
            int zero = zeroes.small(cpu);
            if (zero >= 0) {
                return showZeroes(cpu, vma, walk, zero);
            }
        }
        cpu.enter(KernelFunction.DO_ANONYMOUS_PAGE);
        int pfn = allocator.allocate(cpu, vma.mm().memcg(), ANON | UPTODATE);
        if (pfn < 0) {
            cpu.exit();
            return NOMEM;
        }
        allocator.zero(cpu, pfn, 1);
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        boolean first =
                !steps.asksForEntryLocked() || format.isNone(cpu.load(walk.words, walk.index));
        if (first) {
            folios.setMapping(pfn, anon.id(), vma.index(vpn));
            folios.addMap(cpu, pfn);
            vma.mm().memcg().lruvec().statChanged(cpu, 1);
            lru.add(cpu, pfn, true);
            Pte.set(cpu, walk.words, walk.index, leaf(vma, pfn, RadixTable.LEVEL_4K, write));
        }
        lock.unlock(cpu);
        if (!first) {
            lru.put(cpu, pfn);
        }
        cpu.exit();
        return DONE;
    }

    private int showZeroes(Cpu cpu, Vma vma, Walk walk, int zero) {
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        if (format.isNone(cpu.load(walk.words, walk.index))) {
            Pte.set(cpu, walk.words, walk.index, zeroes.entry(zero));
        }
        lock.unlock(cpu);
        return DONE;
    }

    /// A young entry; writable if the mapping is, dirty if this is a write.
    static long leaf(Vma vma, int pfn, int level, boolean write) {
        long flags = PteFormat.ACCESSED;
        if (vma.writable()) {
            flags |= PteFormat.WRITABLE;
        }
        if (write) {
            flags |= PteFormat.DIRTY;
        }
        return vma.mm().tables().format.makeLeaf(pfn, level, flags);
    }
}
