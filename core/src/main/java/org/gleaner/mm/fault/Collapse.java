package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;

/// Makes 512 small pages of private memory a large folio behind one huge leaf
/// (`collapse_huge_page`; khugepaged, `MADV_COLLAPSE`).
///
/// ```
/// look, mmap_lock for reading        enough pages there, young, not too many in swap or shared
/// read what is in swap, get a folio  no lock
/// mmap_lock and the object's lock for writing; secondary MMUs told
///     PMD entry emptied, then every entry below taken
///     a page that somebody else refers to: all put back
/// secondary MMUs told that it is over; pages copied; huge leaf installed
/// ```
///
/// Both locks keep faults and reverse-map walks out, to the end. Who walks without a lock may stand
/// in the table: it finds an entry, takes a reference and finds the entry again *before* it is
/// taken, and is counted then; or it finds none. So entries are taken before references are counted
/// and before anything is copied. Hardware sets no bit in an entry that is gone, either. (The
/// kernel has the flush of the PMD entry wait for both.)
///
/// The table stays with its place, see [PrimaryTables#retire].
public final class Collapse {
    /// `max_ptes_swap`, and `max_ptes_shared`. `max_ptes_none` is 511: one page must be there.
    private final int mostSwapped;

    private final int mostShared;
    private final PteFormat format;

    /// What came of it.
    public enum Outcome {
        /// There is a huge leaf now, or all that is needed for one.
        DONE,

        /// The aligned range is not within one mapping of ordinary private memory.
        NO_MAPPING,

        /// There is no table of small entries: nothing is there, or it is huge already.
        NO_TABLE,

        /// No page was used of late.
        OLD,

        /// Too many pages are in swap.
        SWAPPED,

        /// Too many pages are shared with others.
        SHARED,

        /// Somebody else refers to a page, or it is broken.
        HELD,

        /// There is no large folio, or no room for it in the cgroup.
        NO_FOLIO
    }

    private final Folios folios;
    private final LruCache lru;
    private final PageAllocator allocator;
    private final UnusedSwapCache unused;
    private final PageFaults faults;
    private final VmStat stat;
    private final MemorySteps steps;

    Collapse(FaultContext host, UnusedSwapCache unused, PageFaults faults) {
        format = host.format();
        folios = host.folios();
        mostSwapped = host.folios().hugePages / 8;
        mostShared = host.folios().hugePages / 2;
        lru = host.lru();
        allocator = host.allocator();
        this.unused = unused;
        this.faults = faults;
        stat = host.stat();
        steps = host.steps();
    }

    /// Tries it for the aligned 512 pages around `vpn`. May sleep, reclaim and swap; no lock may be
    /// held.
    public Outcome collapse(Cpu cpu, AddressSpace mm, long vpn) {
        long first = mm.tables().geometry.alignDown(vpn, RadixTable.LEVEL_2M);
        Outcome seen = look(cpu, mm, first);
        if (seen != Outcome.DONE) {
            return seen;
        }
        lru.drain(cpu);
        int huge = allocator.allocateHuge(cpu, mm.memcg(), ANON | UPTODATE);
        if (huge < 0) {
            stat.inc(cpu, VmEvent.THP_COLLAPSE_ALLOC_FAILED);
            return Outcome.NO_FOLIO;
        }
        stat.inc(cpu, VmEvent.THP_COLLAPSE_ALLOC);
        mm.mmapLock().downWrite(cpu);
        Vma vma = mm.vma(first);
        Outcome outcome = Outcome.NO_MAPPING;
        if (vma != null && fits(vma, first)) {
            vma.object().lock().downWrite(cpu);
            outcome = replace(cpu, vma, first, huge);
            vma.object().lock().upWrite(cpu);
        }
        mm.mmapLock().upWrite(cpu);
        if (outcome != Outcome.DONE) {
            lru.put(cpu, huge);
        }
        return outcome;
    }

    private boolean fits(Vma vma, long first) {
        return vma.object() instanceof AnonVma
                && vma.readable()
                && vma.userfault() == null
                && first >= vma.start()
                && first + folios.hugePages <= vma.end();
    }

    /// Whether it is worth the try (`hpage_collapse_scan_pmd`); what is in swap is read.
    private Outcome look(Cpu cpu, AddressSpace mm, long first) {
        mm.mmapLock().downRead(cpu);
        Vma vma = mm.vma(first);
        Walk pmd = new Walk();
        Outcome outcome = Outcome.NO_MAPPING;
        boolean[] inSwap = new boolean[folios.hugePages];
        if (vma != null && fits(vma, first)) {
            outcome = isTable(cpu, mm, first, pmd) ? scan(cpu, mm, pmd, inSwap) : Outcome.NO_TABLE;
        }
        mm.mmapLock().upRead(cpu);
        for (int i = 0; i < folios.hugePages && outcome == Outcome.DONE; i++) {
            if (inSwap[i] && faults.handle(cpu, mm, first + i, false) != PageFaults.DONE) {
                outcome = Outcome.SWAPPED;
            }
        }
        return outcome;
    }

    private boolean isTable(Cpu cpu, AddressSpace mm, long first, Walk pmd) {
        mm.tables().findAt(cpu, pmd, mm.root(), first, RadixTable.LEVEL_2M);
        return pmd.level == RadixTable.LEVEL_2M && format.isTable(pmd.entry, RadixTable.LEVEL_2M);
    }

    private Outcome scan(Cpu cpu, AddressSpace mm, Walk pmd, boolean[] inSwap) {
        TableSlab slab = mm.tables().slab;
        int table = format.table(pmd.entry);
        int swapped = 0;
        int shared = 0;
        int young = 0;
        cpu.charge(Cost.PTE_SCAN, folios.hugePages);
        cpu.reads(slab.words(table), slab.base(table), folios.hugePages);
        for (int i = 0; i < folios.hugePages; i++) {
            long entry = cpu.peek(slab.words(table), slab.base(table) + i);
            inSwap[i] = format.isSwap(entry);
            swapped += inSwap[i] ? 1 : 0;
            if (format.isPage(entry)) {
                shared += mapcount(folios.peek(cpu, (int) format.pfn(entry))) > 1 ? 1 : 0;
                young += format.isAccessed(entry) ? 1 : 0;
            }
        }
        if (swapped > mostSwapped) {
            return Outcome.SWAPPED;
        }
        if (shared > mostShared) {
            return Outcome.SHARED;
        }
        return young == 0 ? Outcome.OLD : Outcome.DONE;
    }

    // --- both locks held for writing ---------------------------------------------------------

    private Outcome replace(Cpu cpu, Vma vma, long first, int huge) {
        AddressSpace mm = vma.mm();
        Walk pmd = new Walk();
        if (!isTable(cpu, mm, first, pmd)) {
            return Outcome.NO_TABLE;
        }
        long[] taken = new long[folios.hugePages];
        MmuNotifierSubscriptions notifiers = mm.notifiers();
        boolean early = steps.tellsBeforeCollapse();
        if (early) {
            notifiers.invalidateRangeStart(
                    cpu, first, first + folios.hugePages, true, InvalidationEvent.CLEAR);
        }
        boolean done = take(cpu, mm, pmd, taken);
        if (!early) {
            notifiers.invalidateRangeStart(
                    cpu, first, first + folios.hugePages, true, InvalidationEvent.CLEAR);
        }
        notifiers.invalidateRangeEnd(cpu, first, first + folios.hugePages);
        if (!done) {
            return Outcome.HELD;
        }
        for (int i = 0; i < folios.hugePages; i++) {
            move(cpu, taken[i], huge + i);
        }
        install(cpu, vma, first, pmd, huge);
        return Outcome.DONE;
    }

    /// Takes every entry, or none.
    private boolean take(Cpu cpu, AddressSpace mm, Walk pmd, long[] taken) {
        TableSlab slab = mm.tables().slab;
        int table = format.table(pmd.entry);
        long[] words = slab.words(table);
        int base = slab.base(table);
        long above = swapPmd(cpu, mm, pmd, PteFormat.NONE);
        QueuedSpinLock lock = mm.tables().lock(table);
        lock.lock(cpu);
        cpu.charge(Cost.PTE_SCAN, folios.hugePages);
        int n = 0;
        boolean possible = true;
        for (; n < folios.hugePages && possible; n++) {
            taken[n] = cpu.load(words, base + n);
            if (!format.isNone(taken[n])) {
                taken[n] = Pte.getAndClear(cpu, words, base + n);
                possible = format.isZero(taken[n]) || isOurs(cpu, taken[n]);
            }
        }
        for (int i = 0; i < n && !possible; i++) {
            if (!format.isNone(taken[i])) {
                Pte.set(cpu, words, base + i, taken[i]);
            }
        }
        lock.unlock(cpu);
        if (!possible) {
            swapPmd(cpu, mm, pmd, above);
        }
        return possible;
    }

    /// A page to which only its mappings and its cache refer.
    private boolean isOurs(Cpu cpu, long entry) {
        if (!format.isPage(entry)) {
            return false;
        }
        long state = folios.state(cpu, (int) format.pfn(entry));
        int expected = mapcount(state) + ((state & SWAPCACHE) != 0 ? 1 : 0);
        boolean alone = refcount(state) == expected || !steps.countsBeforeCollapse();
        return alone && (state & (ANON | UNEVICTABLE | LARGE | WRITEBACK)) == ANON;
    }

    private static long swapPmd(Cpu cpu, AddressSpace mm, Walk pmd, long entry) {
        QueuedSpinLock lock = mm.pteLock(pmd);
        lock.lock(cpu);
        long before = cpu.swap(pmd.words, pmd.index, entry);
        mm.tables().tables.unlinked();
        lock.unlock(cpu);
        return before;
    }

    /// Fills a page of the large folio, and gives up the small one.
    private void move(Cpu cpu, long entry, int to) {
        if (format.isNone(entry) || format.isZero(entry)) {
            allocator.zero(cpu, to, 1);
            return;
        }
        int from = (int) format.pfn(entry);
        allocator.copy(cpu, from, to);
        folios.removeMap(cpu, from);
        if (folios.test(cpu, from, SWAPCACHE)) {
            unused.leaveSwapCache(cpu, from);
        }
        lru.put(cpu, from);
    }

    private void install(Cpu cpu, Vma vma, long first, Walk pmd, int huge) {
        AddressSpace mm = vma.mm();
        folios.setMapping(huge, vma.object().id(), vma.index(first));
        QueuedSpinLock lock = mm.pteLock(pmd);
        lock.lock(cpu);
        assert format.isNone(cpu.load(pmd.words, pmd.index))
                : "a fault in a range that is collapsed";
        folios.addMap(cpu, huge);
        mm.tables().retire(pmd, format.table(pmd.entry));
        mm.memcg().lruvec().statChanged(cpu, folios.hugePages);
        lru.add(cpu, huge, true);
        Pte.set(cpu, pmd.words, pmd.index, PageFaults.leaf(vma, huge, RadixTable.LEVEL_2M, true));
        lock.unlock(cpu);
    }
}
