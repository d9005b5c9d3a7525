package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.TaskState;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.lru.Workingset;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Brings pages from swap into the swap cache: the one that is needed, and others that may be next
/// (`swapin_readahead`).
///
/// | whose fault | device | what is read ahead |
/// |---|---|---|
/// | anonymous memory | does not rotate | swap entries beside the fault, in its page table (`swap_vma_readahead`) |
/// | anonymous memory | rotates | slots beside the fault's, in an aligned block (`swap_cluster_readahead`) |
/// | memfd | any | the same |
///
/// How many is for [ReadAheadWindow]. What is read ahead is charged to the cgroup whose page it
/// was, is put on the LRU as if it had been faulted, and carries the read-ahead flag until somebody
/// faults on it. Reads of a window leave under one plug, and so do writes of the reclaim that makes
/// room for them.
///
/// | word | writer | mode | reader |
/// |---|---|---|---|
/// | `clusters[HITS]` | any fault | swap, add | any fault |
/// | `clusters[LAST_SLOT]`, `clusters[LAST_PAGES]` | any fault | store | any fault; races only spoil a guess |
final class SwapReadAhead {
    /// No memory: reclaim found none, and the OOM killer gave none back in time (`-ENOMEM`).
    static final int NOMEM = -1;

    /// Somebody else has the slot in hand, or it is gone.
    static final int TAKEN = -2;

    /// How long a fault waits for another that reads the same slot: one jiffy.
    static final long RETRY_NANOS = 4_000_000;

    private final PteFormat format;

    private static final int HITS = 0;
    private static final int LAST_SLOT = 1;
    private static final int LAST_PAGES = 2;

    /// Hits that are left from what ran on the machine before. A kernel counts four as it boots,
    /// for a first block of eight, and never again: of 16 replays that were not the first of their
    /// boot 15 began with a block of four, because the one before had read back pages of its own as
    /// it ended, which lie side by side.
    private static final int HITS_LEFT = 1;

    /// Pages in front of slot 0: the header of the swap area, which blocks are aligned with.
    private static final int HEADER = 1;

    private final Folios folios;
    private final LruCache lru;
    private final Workingset workingset;
    private final PageAllocator allocator;
    private final SwapArea swap;
    private final FolioWait wait;
    private final VmStat stat;
    private final List<Memcg> memcgs;
    private final int pageCluster;

    private final long[] clusters = {HITS_LEFT, 0, 0};

    /// @param memcgs by id
    /// @param pageCluster logarithm of the largest window (`vm.page-cluster`)
    SwapReadAhead(FaultContext host) {
        format = host.format();
        folios = host.folios();
        lru = host.lru();
        workingset = host.workingset();
        allocator = host.allocator();
        swap = host.swap();
        wait = host.folioWait();
        stat = host.stat();
        memcgs = host.memcgs();
        pageCluster = host.pageCluster();
    }

    private boolean byMapping() {
        return !swap.device().rotational();
    }

    /// A fault of anonymous memory found its page in the swap cache: takes note if it was read
    /// ahead.
    void foundAnon(Cpu cpu, Vma vma, long vpn, int pfn) {
        if (!byMapping()) {
            found(cpu, pfn);
            return;
        }
        boolean hit = folios.testAndClear(cpu, pfn, READAHEAD);
        if (hit) {
            stat.inc(cpu, VmEvent.SWAP_RA_HIT);
        }
        long word = vma.readAhead(cpu);
        int hits = ReadAheadWindow.hits(word) + (hit ? 1 : 0);
        vma.rememberReadAhead(cpu, ReadAheadWindow.word(vpn, ReadAheadWindow.pages(word), hits));
    }

    /// A fault found its page in the swap cache: takes note if it was read ahead.
    void found(Cpu cpu, int pfn) {
        if (folios.testAndClear(cpu, pfn, READAHEAD)) {
            stat.inc(cpu, VmEvent.SWAP_RA_HIT);
            cpu.fetchAdd(clusters, HITS, 1);
        }
    }

    /// Brings in a page of anonymous memory, whose entry `walk` has found. Returns its folio with a
    /// reference, locked for as long as it is being read; or [#NOMEM] or [#TAKEN].
    int swapInAnon(Cpu cpu, Vma vma, long vpn, Walk walk, int slot) {
        return byMapping() ? aroundPage(cpu, vma, vpn, walk, slot) : swapIn(cpu, slot);
    }

    private int aroundPage(Cpu cpu, Vma vma, long vpn, Walk walk, int slot) {
        int most = 1 << Math.min(pageCluster, ReadAheadWindow.MOST_ORDER);
        if (most == 1) {
            return swapInOne(cpu, slot);
        }
        long word = vma.readAhead(cpu);
        long last = ReadAheadWindow.page(word);
        int pages =
                ReadAheadWindow.pages(
                        last, vpn, ReadAheadWindow.hits(word), most, ReadAheadWindow.pages(word));
        vma.rememberReadAhead(cpu, ReadAheadWindow.word(vpn, pages, 0));
        if (pages == 1) {
            return swapInOne(cpu, slot);
        }
        long size = vma.mm().tables().geometry.pages(RadixTable.LEVEL_2M);
        long table = vpn & -size;
        long first = ReadAheadWindow.first(last, vpn, pages);
        long end = Math.min(first + pages, Math.min(vma.end(), table + size));
        first = Math.max(first, Math.max(vma.start(), table));
        swap.device().plug(cpu);
        for (long at = first; at < end; at++) {
            long entry = cpu.load(walk.words, walk.index + (int) (at - vpn));
            if (format.isSwap(entry)) {
                ahead(cpu, (int) format.swapSlot(entry), at == vpn);
            }
        }
        swap.device().unplug(cpu);
        lru.drain(cpu);
        return swapInOne(cpu, slot);
    }

    /// Brings in the page of a slot by the slots around it; as [#swapInAnon].
    int swapIn(Cpu cpu, int slot) {
        int page = slot + HEADER;
        int pages = blockPages(cpu, page);
        if (pages == 1) {
            return swapInOne(cpu, slot);
        }
        int block = page & -pages;
        int first = Math.max(block - HEADER, 0);
        int end = Math.min(block + pages - HEADER, swap.size());
        swap.device().plug(cpu);
        for (int at = first; at < end; at++) {
            ahead(cpu, at, at == slot);
        }
        swap.device().unplug(cpu);
        lru.drain(cpu);
        return swapInOne(cpu, slot);
    }

    private int blockPages(Cpu cpu, int page) {
        int most = 1 << pageCluster;
        if (most == 1) {
            return 1;
        }
        int hits = (int) cpu.swap(clusters, HITS, 0);
        int last = (int) cpu.load(clusters, LAST_PAGES);
        int pages = ReadAheadWindow.pages(cpu.load(clusters, LAST_SLOT), page, hits, most, last);
        if (hits == 0) {
            cpu.store(clusters, LAST_SLOT, page);
        }
        cpu.store(clusters, LAST_PAGES, pages);
        return pages;
    }

    /// Starts to read one slot of a window, unless it is cached or free.
    private void ahead(Cpu cpu, int slot, boolean wanted) {
        if (swap.cached(cpu, slot) >= 0) {
            return;
        }
        int pfn = read(cpu, slot, !wanted);
        if (pfn < 0) {
            return;
        }
        if (!wanted) {
            stat.inc(cpu, VmEvent.SWAP_RA);
        }
        lru.put(cpu, pfn);
    }

    /// The page of a slot and no other; as [#swapInAnon].
    int swapInOne(Cpu cpu, int slot) {
        int cached = swap.cached(cpu, slot);
        if (cached >= 0) {
            return folios.tryGet(cpu, cached) ? cached : TAKEN;
        }
        return read(cpu, slot, false);
    }

    /// Claims a slot, and starts to read it into a new folio of its cgroup
    /// (`__read_swap_cache_async`). Returns the folio with a reference.
    private int read(Cpu cpu, int slot, boolean ahead) {
        if (!swap.tryReserveCache(cpu, slot)) {
            return TAKEN;
        }
        Memcg memcg = memcgs.get(swap.owner(slot));
        int pfn = allocator.allocate(cpu, memcg, LOCKED | SWAPCACHE | (ahead ? READAHEAD : 0));
        if (pfn < 0) {
            swap.unreserve(cpu, slot);
            return NOMEM;
        }
        folios.get(cpu, pfn);
        folios.setSwapSlot(pfn, slot);
        long shadow = swap.addToCache(cpu, slot, pfn);
        workingset.refault(cpu, pfn, shadow, true);
        lru.add(cpu, pfn, true);
        memcg.lruvec().statChanged(cpu, 1);
        memcg.lruvec().swapIo(cpu, 1);
        cpu.enter(KernelFunction.SWAP_READ);
        stat.inc(cpu, VmEvent.PSWPIN);
        boolean synchronous = swap.device().synchronous();
        if (!synchronous) {
            folios.handOver(cpu, pfn);
        }
        submit(cpu, slot, pfn);
        if (synchronous) {
            folios.set(cpu, pfn, UPTODATE);
            wait.unlock(cpu, pfn);
        }
        cpu.exit();
        return pfn;
    }

    /// Has the device read a slot. Of a page that was in use not long ago that time is a stall, be
    /// it the whole reading or only the request (`swap_read_folio`).
    void submit(Cpu cpu, int slot, int pfn) {
        boolean refaulted = (folios.peek(cpu, pfn) & WORKINGSET) != 0;
        boolean stalled = refaulted && TaskState.beginStall(cpu);
        swap.device().read(cpu, slot, pfn);
        TaskState.endStall(cpu, stalled);
    }
}
