package org.gleaner.check.machine;

import java.util.Arrays;
import org.gleaner.check.program.Finding;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.GuestMemory;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ExploringEngine;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.PagesByNumber;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.pagetable.RadixTable;
import org.jspecify.annotations.Nullable;

/// A host address space of a few pages, each of whose words is a step: a page table under one lock,
/// references, dirty marks, contents of one word a page, and a swap that holds all. What the memory
/// manager does with a page, and no more.
///
/// A page that is evicted clean falls back to what swap has of it, and its frame is poisoned: so a
/// dirty mark that comes too late, or an access through a stale translation, is seen by who reads.
public final class SmallSpace implements UserPages, PagesByNumber, GuestMemory {
    /// What a frame holds that is nobody's.
    public static final long POISON = 0xbad;

    private static final long NONE = -1;
    private static final long READ_ONLY = 1L << 32;

    /// In the place of a dirty mark: the frame is nobody's.
    private static final long FREED = 2;

    public final MmuNotifierSubscriptions notifiers = new MmuNotifierSubscriptions();

    private final Stage stage;
    private final Variant variant;
    private final QueuedSpinLock ptl = new QueuedSpinLock(LockClass.PTE_LOCK);
    private final long[] pte;
    private final long[] swap;
    private final long[] references;
    private final long[] dirty;
    private final long[] contents;
    private final long[] nextFrame = new long[1];

    /// References that a driver has on each of its frames; -1 where page 0 is no driver's.
    private int drivers = -1;

    /// Word 0: whether the driver's frames have page records.
    private final long[] records = {1};

    /// The page that is mapped small where the others are one large folio; none if negative.
    private long small = NONE;

    public SmallSpace(Stage stage, int pages, Variant variant) {
        this.stage = stage;
        this.variant = variant;
        int frames = 4 * pages;
        pte = new long[pages];
        Arrays.fill(pte, NONE);
        swap = new long[pages];
        references = new long[frames];
        dirty = new long[frames];
        contents = new long[frames];
    }

    /// Has all pages in one large folio, which may be mapped as such; only a fault on page `page`
    /// takes what it needs and no more, as where a part of the guest must be mapped small.
    public void largeBut(long page) {
        small = page;
    }

    /// Has page 0 show frames of a driver, each of which has so many references of its own.
    public void driverHas(int count, boolean withRecords) {
        drivers = count;
        records[0] = withRecords ? 1 : 0;
        Arrays.fill(references, count);
        pte[0] = 0;
    }

    /// The driver's frames get page records: from now on they look like pages.
    public void recordsAppear(Cpu cpu) {
        cpu.store(records, 0, 1);
    }

    /// The driver shows another frame in page 0 and has the old one for itself again.
    public void driverMoves(Cpu cpu) {
        notifiers.invalidateRangeStart(cpu, 0, 1, true, InvalidationEvent.CLEAR);
        ptl.lock(cpu);
        int old = (int) cpu.load(pte, 0);
        cpu.store(pte, 0, old + 1);
        ptl.unlock(cpu);
        notifiers.invalidateRangeEnd(cpu, 0, 1);
        long held = cpu.load(references, old);
        Finding.check(
                held == drivers,
                "the driver takes frame " + old + " back, which has " + held + " references");
    }

    /// Brings a page in, as a process does that reads it.
    public void pageIn(Cpu cpu, long vpn) {
        ptl.lock(cpu);
        if (cpu.load(pte, (int) vpn) == NONE) {
            bringIn(cpu, (int) vpn);
        }
        ptl.unlock(cpu);
    }

    private long bringIn(Cpu cpu, int vpn) {
        long frame = small < 0 ? cpu.fetchAdd(nextFrame, 0, 1) : vpn;
        long kept = cpu.load(swap, vpn);
        cpu.only(MemoryOrder.PLAIN);
        cpu.store(contents, (int) frame, kept);
        if (small >= 0) {
            cpu.store(dirty, (int) frame, 0);
        }
        cpu.store(pte, vpn, frame);
        return frame;
    }

    @Override
    public int mappingLevel(Cpu cpu, long vpn) {
        return small < 0 || vpn == small ? RadixTable.LEVEL_4K : RadixTable.LEVEL_2M;
    }

    @Override
    public MmuNotifierSubscriptions notifiers() {
        return notifiers;
    }

    @Override
    public void lookUp(Cpu cpu, long vpn, int how, PageClaim claim) {
        if ((how & Lookup.FAST_ONLY) != 0) {
            lookUpFast(cpu, (int) vpn, claim);
            return;
        }
        ptl.lock(cpu);
        long entry = cpu.load(pte, (int) vpn);
        if (drivers >= 0) {
            ptl.unlock(cpu);
            claim.raw((int) entry, true);
            return;
        }
        boolean readOnly = entry != NONE && (entry & READ_ONLY) != 0;
        if (readOnly && (how & Lookup.WRITE) != 0) {
            ptl.unlock(cpu);
            claim.fail(PageClaim.FAULT);
            return;
        }
        if (entry == NONE) {
            entry = bringIn(cpu, (int) vpn);
        }
        int frame = (int) entry;
        cpu.only(MemoryOrder.PLAIN);
        cpu.fetchAdd(references, frame, 1);
        ptl.unlock(cpu);
        claim.own(PageClaim.Kind.OWNED, frame, !readOnly);
    }

    /// Without the lock: takes a reference and looks again.
    private void lookUpFast(Cpu cpu, int vpn, PageClaim claim) {
        long entry = cpu.load(pte, vpn);
        if (entry == NONE || (entry & READ_ONLY) != 0) {
            claim.fail(PageClaim.FAULT);
            return;
        }
        cpu.fetchAdd(references, (int) entry, 1);
        if (cpu.load(pte, vpn) == entry) {
            claim.own(PageClaim.Kind.OWNED, (int) entry, true);
        } else {
            put(cpu, (int) entry);
            claim.fail(PageClaim.FAULT);
        }
    }

    /// Reclaim of one page: unmaps it everywhere, and drops it if nobody holds it.
    public void evict(Cpu cpu, long vpn) {
        evict(cpu, vpn, vpn + 1);
    }

    /// The same for the pages `[start, end)`, in one invalidation.
    public void evict(Cpu cpu, long start, long end) {
        notifiers.invalidateRangeStart(cpu, start, end, true, InvalidationEvent.CLEAR);
        for (long vpn = start; vpn < end; vpn++) {
            drop(cpu, (int) vpn);
        }
        notifiers.invalidateRangeEnd(cpu, start, end);
    }

    private void drop(Cpu cpu, int vpn) {
        ptl.lock(cpu);
        long entry = cpu.load(pte, vpn);
        int frame = (int) entry;
        if (entry != NONE && cpu.load(references, frame) == 0) {
            if (cpu.swap(dirty, frame, FREED) == 1) {
                cpu.store(swap, vpn, cpu.load(contents, frame));
            }
            cpu.store(contents, frame, POISON);
            cpu.store(pte, vpn, NONE);
        }
        ptl.unlock(cpu);
    }

    /// Breaks copy-on-write of one page: it is another frame with the same contents afterwards,
    /// whoever holds the old one.
    public void copy(Cpu cpu, long vpn) {
        notifiers.invalidateRangeStart(cpu, vpn, vpn + 1, true, InvalidationEvent.CLEAR);
        ptl.lock(cpu);
        long entry = cpu.load(pte, (int) vpn);
        if (entry != NONE) {
            long frame = cpu.fetchAdd(nextFrame, 0, 1);
            cpu.store(contents, (int) frame, cpu.load(contents, (int) entry));
            cpu.store(dirty, (int) frame, 1);
            cpu.store(pte, (int) vpn, frame);
        }
        ptl.unlock(cpu);
        notifiers.invalidateRangeEnd(cpu, vpn, vpn + 1);
    }

    /// `mprotect(PROT_READ)` of one page.
    public void writeProtect(Cpu cpu, long vpn) {
        notifiers.invalidateRangeStart(cpu, vpn, vpn + 1, true, InvalidationEvent.PROTECTION_VMA);
        ptl.lock(cpu);
        long entry = cpu.load(pte, (int) vpn);
        if (entry != NONE) {
            cpu.store(pte, (int) vpn, entry | READ_ONLY);
        }
        ptl.unlock(cpu);
        notifiers.invalidateRangeEnd(cpu, vpn, vpn + 1);
    }

    @Override
    public void put(Cpu cpu, PageClaim claim) {
        if (claim.isOwned()) {
            put(cpu, claim.pfn());
        }
        claim.free();
    }

    @Override
    public void markAccessed(Cpu cpu, PageClaim claim) {}

    @Override
    public void setDirty(Cpu cpu, PageClaim claim) {
        setDirty(cpu, claim.pfn());
    }

    @Override
    public PagesByNumber byNumber() {
        return this;
    }

    @Override
    public void markAccessed(Cpu cpu, int pfn) {}

    @Override
    public void setDirty(Cpu cpu, int pfn) {
        long before = cpu.swap(dirty, pfn, 1);
        Finding.check(before != FREED, "page " + pfn + " is marked dirty, which is nobody's");
    }

    @Override
    public boolean hasPage(int pfn) {
        Cpu cpu = current();
        return (cpu != null ? cpu.load(records, 0) : records[0]) != 0;
    }

    @Override
    public boolean tryGet(Cpu cpu, int pfn) {
        for (; ; ) {
            long held = cpu.load(references, pfn);
            if (held == 0 && variant.getsUnlessZero()) {
                return false;
            }
            if (cpu.cas(references, pfn, held, held + 1)) {
                return true;
            }
        }
    }

    @Override
    public void put(Cpu cpu, int pfn) {
        long before = cpu.fetchAdd(references, pfn, -1);
        Finding.check(before > 0, "page " + pfn + " is released twice");
        Finding.check(drivers < 0 || before > 1, "frame " + pfn + " of a driver is freed under it");
    }

    // --- contents ------------------------------------------------------------------------------

    @Override
    public long read(int pfn, int word) {
        Cpu cpu = current();
        if (cpu == null) {
            return contents[pfn];
        }
        cpu.only(MemoryOrder.DEPENDENT);
        return cpu.load(contents, pfn);
    }

    @Override
    public void write(int pfn, int word, long value) {
        Cpu cpu = current();
        if (cpu != null) {
            cpu.only(MemoryOrder.PLAIN);
            cpu.store(contents, pfn, value);
        } else {
            contents[pfn] = value;
        }
    }

    private @Nullable Cpu current() {
        return stage.engine instanceof ExploringEngine exploring ? exploring.current() : null;
    }

    /// What is in a page, wherever it is now. To be called when nobody else runs.
    public long contentsOf(int vpn) {
        return pte[vpn] == NONE ? swap[vpn] : contents[(int) pte[vpn]];
    }

    /// The frame of a page, or -1. To be called when nobody else runs.
    public int frameOf(int vpn) {
        return (int) pte[vpn];
    }

    /// What the page of `vpn` holds in memory, for its holder.
    public long look(Cpu cpu, int vpn) {
        return cpu.load(contents, (int) cpu.load(pte, vpn));
    }

    /// Fails if a reference was taken and not given back.
    public void checkReferences() {
        for (int frame = 0; frame < references.length; frame++) {
            Finding.check(
                    references[frame] == Math.max(0, drivers),
                    "page " + frame + " is never released");
        }
    }
}
