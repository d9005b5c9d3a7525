package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.OneCpu;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruGen;
import org.gleaner.mm.lru.MmWalkState;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.version.KernelVersion;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// MGLRU's walk over the page tables of one address space (`walk_mm` and below): finds young pages
/// and relabels their folios to the youngest generation, without touching any list.
///
/// A table is skipped if hardware did not enter it since the last walk (the non-leaf accessed bit),
/// or if neither the last walk nor look-around found it dense enough (the Bloom filter). The first
/// is not to be trusted where secondary MMUs map the memory too.
final class PageTableWalk {
    private final PteFormat format;

    /// One young entry per cache line of eight makes a table dense.
    private static final int DENSE = 8;

    private final ReclaimContext host;
    private final Folios folios;
    private final AgingInForce aging;
    @OneCpu private SecondaryAging.Window window;

    /// What was brought near, so that the compiler does not drop the loads.
    @SuppressWarnings("unused")
    @OneCpu
    private long near;

    /// A walk by force skips tables that hardware did not enter all the same (6.1).
    private final boolean forcedSkips;

    /// A table whose lock is taken is worth the next walk's visit (6.18).
    private final boolean busyIsDense;

    private final Walk pmd = new Walk();
    private final PageWalk stop = new PageWalk();
    private final Walk pte = stop.at();

    PageTableWalk(ReclaimContext host) {
        this.host = host;
        forcedSkips = host.kernel() == KernelVersion.V6_1;
        busyIsDense = !host.kernel().isBefore(KernelVersion.V6_18);
        folios = host.folios();
        format = host.format();
        aging = new AgingInForce(host);
        window = aging.window();
    }

    /// What the Bloom filters know a page table by: the place of the entry that points to it.
    static long filterKey(AddressSpace mm, long vpn) {
        return (long) mm.root() << 36 | vpn >>> mm.tables().geometry.shift(RadixTable.LEVEL_2M);
    }

    /// Walks all of an address space, unless its mmap_lock is taken. Mappings that share a page
    /// table are seen in one visit to it, for the visit takes away what says that the table is
    /// worth one.
    void walk(Cpu cpu, LruGenWalk walk, AddressSpace mm) {
        if (aging.now().passesOver(mm.notifiers())) {
            return;
        }
        cpu.enter(KernelFunction.WALK_MM);
        if (mm.mmapLock().tryDownRead(cpu)) {
            Vma[] vmas = mm.vmas();
            long at = 0;
            long table = mm.tables().geometry.pages(RadixTable.LEVEL_2M);
            for (int first = 0; first < vmas.length; ) {
                if (vmas[first].isHugetlb()) {
                    first++;
                    continue;
                }
                at = Math.max(at, vmas[first].start());
                long end = (at | table - 1) + 1;
                table(cpu, walk, mm, vmas, first, at, end);
                at = end;
                while (first < vmas.length && vmas[first].end() <= end) {
                    first++;
                }
                if (cpu.needsResched() && !letsOthersRun(cpu, walk, mm)) {
                    cpu.exit();
                    return;
                }
            }
            mm.mmapLock().upRead(cpu);
            flush(cpu, walk);
        }
        cpu.exit();
    }

    /// Drops mmap_lock meanwhile; false if it was not to be had again.
    private static boolean letsOthersRun(Cpu cpu, LruGenWalk walk, AddressSpace mm) {
        mm.mmapLock().upRead(cpu);
        flush(cpu, walk);
        cpu.condResched();
        return mm.mmapLock().tryDownRead(cpu);
    }

    /// Visits the table of `start`, for the mappings from `first` on, up to `end`.
    private void table(
            Cpu cpu,
            LruGenWalk walk,
            AddressSpace mm,
            Vma[] vmas,
            int first,
            long start,
            long end) {
        boolean mapped = stop.seek(cpu, mm, start, end);
        MmWalkState state = walk.lruvec.gen().walkState();
        boolean secondary = !mm.notifiers().isEmpty();
        if (!stop.isTable()) {
            walk.count(MmWalkState.LEAF_TOTAL, 1);
            if (mapped && format.isLeaf(pte.entry, pte.level)) {
                hugeLeaf(
                        cpu, walk, mm, mm.tables().geometry.alignDown(start, pte.level), secondary);
            }
            return;
        }
        walk.count(MmWalkState.NONLEAF_TOTAL, 1);
        boolean skips = trustsNonLeaf(secondary) && (forcedSkips || !walk.forceScan);
        if (skips && !testAndClearNonLeaf(cpu, mm, start)) {
            return;
        }
        long key = filterKey(mm, start);
        if (!walk.forceScan && !state.mayContain(cpu, walk.seq, key)) {
            return;
        }
        walk.count(MmWalkState.NONLEAF_FOUND, 1);
        if (!stop.tryLock(cpu)) {
            if (busyIsDense) {
                state.add(cpu, walk.seq + 1, key);
            }
            return;
        }
        cpu.enter(KernelFunction.WALK_PTE_RANGE);
        int base = pte.index - mm.tables().geometry.index(start, RadixTable.LEVEL_4K);
        long total = 0;
        long young = 0;
        for (int v = first; v < vmas.length && vmas[v].start() < end; v++) {
            long from = Math.max(start, vmas[v].start());
            long to = Math.min(end, vmas[v].end());
            total += to - from;
            young += entries(cpu, walk, mm, base, from, to, secondary);
        }
        stop.unlock(cpu);
        walk.count(MmWalkState.LEAF_TOTAL, total);
        walk.count(MmWalkState.LEAF_YOUNG, young);
        cpu.exit();
        if (walk.batched() >= LruGenWalk.MAX_LRU_BATCH) {
            flush(cpu, walk);
        }
        if (young * DENSE >= total) {
            walk.count(MmWalkState.NONLEAF_ADDED, 1);
            state.add(cpu, walk.seq + 1, key);
        }
    }

    /// A huge leaf, where `pte` is: one look at one unit (`walk_pmd_range_locked`, without its
    /// batching). If its lock is taken, it is not aged this time.
    private void hugeLeaf(
            Cpu cpu, LruGenWalk walk, AddressSpace mm, long start, boolean secondary) {
        if (!secondary && !format.isAccessed(pte.entry)) {
            return;
        }
        if (!stop.tryLock(cpu)) {
            return;
        }
        cpu.charge(Cost.PTE_SCAN);
        long entry = cpu.load(pte.words, pte.index);
        if (format.isLeaf(entry, pte.level)) {
            LruGen gen = walk.lruvec.gen();
            int pfn = (int) format.pfn(entry);
            long state = folios.peek(cpu, pfn);
            if (memcg(state) == mm.memcg().id()
                    && !isExempt(gen, state, walk)
                    && clearYoung(cpu, mm, start, secondary)) {
                walk.count(MmWalkState.LEAF_YOUNG, 1);
                promote(cpu, walk, gen, entry, pfn, LruGen.slot(gen.maxSeq(cpu)));
            }
        }
        stop.unlock(cpu);
        if (walk.batched() >= LruGenWalk.MAX_LRU_BATCH) {
            flush(cpu, walk);
        }
    }

    private boolean clearYoung(Cpu cpu, AddressSpace mm, long start, boolean secondary) {
        boolean young = Pte.testAndClearYoung(cpu, format, pte.words, pte.index);
        if (secondary) {
            long end = start + mm.tables().geometry.pages(pte.level);
            young |= aging.now().clearYoung(cpu, mm.notifiers(), start, end);
        }
        return young;
    }

    private boolean trustsNonLeaf(boolean secondary) {
        return host.caps().nonLeafYoung() && (!secondary || aging.now().trustsNonLeafYoung());
    }

    private boolean testAndClearNonLeaf(Cpu cpu, AddressSpace mm, long vpn) {
        mm.tables().findAt(cpu, pmd, mm.root(), vpn, RadixTable.LEVEL_2M);
        return Pte.testAndClearYoung(cpu, format, pmd.words, pmd.index);
    }

    /// Reads the states of all folios that `n` entries from `words[i]` on show, before each is
    /// asked for in its turn: a processor waits for many misses at once no longer than for one.
    /// Returns what nobody needs, lest the reads be dropped.
    static long bringNear(Cpu cpu, PteFormat format, Folios folios, long[] words, int i, int n) {
        long any = 0;
        if (cpu.peeksFreely()) {
            for (int k = i; k < i + n; k++) {
                long entry = cpu.peek(words, k);
                if (format.isPage(entry)) {
                    any ^= folios.peek(cpu, (int) format.pfn(entry));
                }
            }
        }
        return any;
    }

    /// `walk_pte_range` for one mapping, the table's lock held; returns how many pages were young.
    private long entries(
            Cpu cpu,
            LruGenWalk walk,
            AddressSpace mm,
            int base,
            long start,
            long end,
            boolean secondary) {
        LruGen gen = walk.lruvec.gen();
        int youngest = LruGen.slot(gen.maxSeq(cpu));
        int memcg = mm.memcg().id();
        int count = (int) (end - start);
        int first = base + mm.tables().geometry.index(start, RadixTable.LEVEL_4K);
        if (secondary) {
            window = aging.window();
            window.begin(mm.notifiers(), start, end);
            near = bringNear(cpu, format, folios, pte.words, first, count);
        }
        long young = 0;
        for (long at = start; at < end; at++) {
            int i = first + (int) (at - start);
            cpu.charge(Cost.PTE_SCAN);
            long entry = cpu.load(pte.words, i);
            if (!format.isPage(entry)) {
                continue;
            }
            if (page(cpu, walk, gen, entry, i, at, secondary, memcg, youngest)) {
                young++;
            }
        }
        if (secondary) {
            window.finish(cpu);
        }
        return young;
    }

    private boolean page(
            Cpu cpu,
            LruGenWalk walk,
            LruGen gen,
            long entry,
            int i,
            long vpn,
            boolean secondary,
            int memcg,
            int youngest) {
        boolean primaryYoung = format.isAccessed(entry);
        if (secondary ? !window.test(cpu, vpn, primaryYoung) : !primaryYoung) {
            walk.count(MmWalkState.LEAF_OLD, 1);
            return false;
        }
        int pfn = (int) format.pfn(entry);
        long state = folios.peek(cpu, pfn);
        if (memcg(state) != memcg || isExempt(gen, state, walk)) {
            if (secondary) {
                window.skip(cpu, vpn);
            }
            return false;
        }
        boolean young = primaryYoung && Pte.testAndClearYoung(cpu, format, pte.words, i);
        if (secondary) {
            young |= window.clear(cpu, vpn);
        }
        if (!young) {
            return false;
        }
        promote(cpu, walk, gen, entry, pfn, youngest);
        return true;
    }

    private void promote(Cpu cpu, LruGenWalk walk, LruGen gen, long entry, int pfn, int youngest) {
        carryDirty(folios, cpu, format.isDirty(entry), pfn);
        int old = gen.updateGen(cpu, pfn, youngest);
        if (old >= 0) {
            long state = folios.peek(cpu, pfn);
            walk.moved(type(state), old, youngest, folios.pages(state));
        }
    }

    /// Folios that this walk has no use for: those that are on no list, or, in kernels that do not
    /// look at that, those that could not be evicted for want of swap.
    private static boolean isExempt(LruGen gen, long state, LruGenWalk walk) {
        return gen.rules().walkSkipsOffList()
                ? gen(state) < 0
                : type(state) == LruGen.ANON && !walk.canSwap;
    }

    /// A dirty entry, if it is one, makes its folio dirty, except where dirtiness means nothing:
    /// anonymous memory that has no copy in swap.
    static void carryDirty(Folios folios, Cpu cpu, boolean dirty, int pfn) {
        if (dirty) {
            long state = folios.peek(cpu, pfn);
            boolean noCopy = (state & ANON) != 0 && (state & SWAPCACHE) == 0;
            if ((state & DIRTY) == 0 && !noCopy) {
                folios.set(cpu, pfn, DIRTY);
            }
        }
    }

    /// Accounts the walk's moves (`reset_batch_size`).
    static void flush(Cpu cpu, LruGenWalk walk) {
        if (walk.batched() == 0) {
            return;
        }
        walk.lruvec.lock().lock(cpu);
        walk.lruvec.gen().flushBatch(cpu, walk.takeBatch());
        walk.lruvec.lock().unlock(cpu);
    }
}
