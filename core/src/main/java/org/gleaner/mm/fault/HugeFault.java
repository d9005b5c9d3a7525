package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.pte.PrimaryTables;
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

/// Faults on a PMD entry that is not a table: the first touch of an aligned huge page of anonymous
/// memory, which gets a large folio where there is one (`do_huge_pmd_anonymous_page`), and faults
/// on a huge leaf.
///
/// Nobody waits for a large folio. Where no aligned frames are free, or the cgroup's limit has no
/// room, the fault falls back to a page of 4 KiB, and the page table that this links keeps the
/// range from ever being huge.
final class HugeFault {
    /// The fault is one of a 4 KiB page.
    static final int SMALL = 1;

    private static final int NO_FOLIO = -1;

    private final PteFormat format;

    private final Folios folios;
    private final LruCache lru;
    private final PageAllocator allocator;
    private final ZeroPages zeroes;
    private final VmStat stat;

    /// Whether a first touch is given a large folio.
    private final boolean onTouch;

    HugeFault(FaultContext host, ZeroPages zeroes) {
        format = host.format();
        onTouch = host.hugeFaults();
        folios = host.folios();
        lru = host.lru();
        allocator = host.allocator();
        this.zeroes = zeroes;
        stat = host.stat();
    }

    /// Returns [PageFaults#DONE]; or [#SMALL], which is also for who finds no page table to link;
    /// or [PageFaults#NOMEM].
    int handle(Cpu cpu, Vma vma, long vpn, Walk walk, boolean write) {
        AddressSpace mm = vma.mm();
        mm.tables().allocate(cpu, walk, mm.root(), vpn, RadixTable.LEVEL_2M, mm.tableCharge());
        if (walk.level != RadixTable.LEVEL_2M) {
            return SMALL;
        }
        long pmd = cpu.load(walk.words, walk.index);
        if (format.isTable(pmd, RadixTable.LEVEL_2M)) {
            return SMALL;
        }
        if (!format.isNone(pmd)) {
            return write && format.isZero(pmd)
                    ? replaceZeroes(cpu, vma, vpn, walk)
                    : present(cpu, vma, walk, write);
        }
        long first = mm.tables().geometry.alignDown(vpn, RadixTable.LEVEL_2M);
        boolean fits = onTouch && first >= vma.start() && first + folios.hugePages <= vma.end();
        return fits && vma.object() instanceof AnonVma anon
                ? firstTouch(cpu, vma, anon, first, walk, write)
                : SMALL;
    }

    /// A huge leaf that did not permit the access, or one that is just being split: to take the
    /// lock is to wait until it is.
    private int present(Cpu cpu, Vma vma, Walk walk, boolean write) {
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        long leaf = cpu.load(walk.words, walk.index);
        if (format.isLeaf(leaf, RadixTable.LEVEL_2M)) {
            long more = PteFormat.ACCESSED | PteFormat.USER;
            if (write && vma.writable() && !format.isShared(leaf)) {
                more |= PteFormat.WRITABLE | PteFormat.DIRTY;
            }
            Pte.set(cpu, format, walk.words, walk.index, more);
        }
        lock.unlock(cpu);
        return PageFaults.DONE;
    }

    /// A read of untouched memory shows zeroes; the small fault does if there is no huge page of
    /// them.
    private int showZeroes(Cpu cpu, Vma vma, Walk walk) {
        int zero = zeroes.huge(cpu, vma.mm());
        if (zero < 0) {
            return SMALL;
        }
        PrimaryTables tables = vma.mm().tables();
        int table = tables.allocateOne(cpu, vma.mm().tableCharge());
        if (table == TableSlab.FULL) {
            return SMALL;
        }
        long leaf = zeroes.entry(zero, RadixTable.LEVEL_2M);
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        boolean none = cpu.cas(walk.words, walk.index, PteFormat.NONE, leaf);
        boolean kept = none && tables.deposit(walk, table);
        lock.unlock(cpu);
        if (!kept) {
            tables.freeOne(cpu, table, vma.mm().tableCharge());
        }
        return PageFaults.DONE;
    }

    /// The first write to a huge page of zeroes (`do_huge_zero_wp_pmd`): a large folio takes its
    /// place, or a table of small zero entries if there is none.
    private int replaceZeroes(Cpu cpu, Vma vma, long vpn, Walk walk) {
        long first = vma.mm().tables().geometry.alignDown(vpn, RadixTable.LEVEL_2M);
        int pfn = allocator.allocateHuge(cpu, vma.mm().memcg(), ANON | UPTODATE);
        if (pfn < 0) {
            stat.inc(cpu, VmEvent.THP_FAULT_FALLBACK);
            return splitZeroes(cpu, vma, first, walk);
        }
        allocator.zero(cpu, pfn, folios.hugePages);
        folios.setMapping(pfn, vma.object().id(), vma.index(first));
        long leaf = PageFaults.leaf(vma, pfn, RadixTable.LEVEL_2M, true);
        if (!replace(cpu, vma, first, walk, leaf, pfn)) {
            lru.put(cpu, pfn);
        }
        return PageFaults.DONE;
    }

    /// The table that was laid by for the leaf takes its place.
    private int splitZeroes(Cpu cpu, Vma vma, long first, Walk walk) {
        int zero = zeroes.small(cpu);
        if (zero < 0) {
            return PageFaults.NOMEM;
        }
        replace(cpu, vma, first, walk, zeroes.entry(zero), NO_FOLIO);
        return SMALL;
    }

    /// A table of small zero entries; the leaf's lock is held.
    private long tableOf(Vma vma, Walk walk, long zeroEntry) {
        PrimaryTables tables = vma.mm().tables();
        int table = tables.withdraw(walk);
        int base = tables.slab.base(table);
        Arrays.fill(tables.slab.words(table), base, base + folios.hugePages, zeroEntry);
        return format.makeTable(table);
    }

    /// Puts the leaf of a folio in the place of the zeroes, or a table of small zero entries, if
    /// they are still there; secondary MMUs are told.
    private boolean replace(Cpu cpu, Vma vma, long first, Walk walk, long entry, int pfn) {
        MmuNotifierSubscriptions notifiers = vma.mm().notifiers();
        notifiers.invalidateRangeStart(
                cpu, first, first + folios.hugePages, true, InvalidationEvent.CLEAR);
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        long pmd = cpu.load(walk.words, walk.index);
        boolean still = format.isLeaf(pmd, RadixTable.LEVEL_2M) && format.isZero(pmd);
        if (still) {
            if (pfn != NO_FOLIO) {
                folios.addMap(cpu, pfn);
                vma.mm().memcg().lruvec().statChanged(cpu, folios.hugePages);
                lru.add(cpu, pfn, true);
                stat.inc(cpu, VmEvent.THP_FAULT_ALLOC);
            }
            boolean large = pfn != NO_FOLIO;
            cpu.swap(walk.words, walk.index, large ? entry : tableOf(vma, walk, entry));
        }
        lock.unlock(cpu);
        notifiers.invalidateRangeEnd(cpu, first, first + folios.hugePages);
        return still;
    }

    private int firstTouch(Cpu cpu, Vma vma, AnonVma anon, long first, Walk walk, boolean write) {
        if (!write && vma.mapsZeroPages()) {
            return showZeroes(cpu, vma, walk);
        }
        cpu.enter(KernelFunction.DO_ANONYMOUS_PAGE);
        int pfn = allocator.allocateHuge(cpu, vma.mm().memcg(), ANON | UPTODATE);
        if (pfn < 0) {
            stat.inc(cpu, VmEvent.THP_FAULT_FALLBACK);
            if (pfn == PageAllocator.NO_CHARGE) {
                stat.inc(cpu, VmEvent.THP_FAULT_FALLBACK_CHARGE);
            }
            cpu.exit();
            return SMALL;
        }
        allocator.zero(cpu, pfn, folios.hugePages);
        AddressSpace mm = vma.mm();
        int table = mm.tables().allocateOne(cpu, mm.tableCharge());
        if (table == TableSlab.FULL) {
            lru.put(cpu, pfn);
            cpu.exit();
            return SMALL;
        }
        folios.setMapping(pfn, anon.id(), vma.index(first));
        long leaf = PageFaults.leaf(vma, pfn, RadixTable.LEVEL_2M, write);
        QueuedSpinLock lock = mm.pteLock(walk);
        lock.lock(cpu);
        // who links a page table does not take the lock
        boolean none = cpu.cas(walk.words, walk.index, PteFormat.NONE, leaf);
        boolean kept = none && mm.tables().deposit(walk, table);
        if (none) {
            folios.addMap(cpu, pfn);
            mm.memcg().lruvec().statChanged(cpu, folios.hugePages);
            lru.add(cpu, pfn, true);
            stat.inc(cpu, VmEvent.THP_FAULT_ALLOC);
        }
        lock.unlock(cpu);
        if (!kept) {
            mm.tables().freeOne(cpu, table, mm.tableCharge());
        }
        if (!none) {
            lru.put(cpu, pfn);
        }
        cpu.exit();
        return PageFaults.DONE;
    }
}
