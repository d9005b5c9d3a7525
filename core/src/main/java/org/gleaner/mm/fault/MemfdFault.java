package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.memcg.KernelMemory;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Faults on memfd memory (`shmem_fault`, `shmem_swapin_folio`). The page cache is asked first; a
/// page that comes back from swap passes through the swap cache, leaves it dirty, and gives up its
/// slot.
final class MemfdFault {
    private final PteFormat format;

    /// A node of the tree that finds the pages of a file (`radix_tree_node` of `/proc/slabinfo`),
    /// and the pointer to whom it is charged. In 6.1 to 7.2, by when `kernel` of a cgroup grows.
    static final int INDEX_NODE_BYTES = 584 + 8;

    /// Statistics that change with a page of the file: page cache, shared memory.
    private static final int CACHED = 2;

    private final Folios folios;
    private final LruCache lru;
    private final PageAllocator allocator;
    private final KernelMemory kernelMemory;
    private final SwapArea swap;
    private final SwapReadAhead readAhead;
    private final FolioWait wait;
    private final VmStat stat;
    private final MemorySteps steps;

    MemfdFault(FaultContext host, SwapReadAhead readAhead) {
        format = host.format();
        steps = host.steps();
        folios = host.folios();
        lru = host.lru();
        allocator = host.allocator();
        kernelMemory = host.kernelMemory();
        swap = host.swap();
        this.readAhead = readAhead;
        wait = host.folioWait();
        stat = host.stat();
    }

    int fault(Cpu cpu, Vma vma, Memfd memfd, long vpn, Walk walk, boolean write) {
        cpu.enter(KernelFunction.SHMEM_FAULT);
        long index = vma.index(vpn);
        long entry = memfd.entry(cpu, index);
        int result = PageFaults.DONE;
        if (Memfd.isFolio(entry)) {
            mapCached(cpu, vma, memfd, index, walk, Memfd.pfn(entry), write);
        } else if (Memfd.isSwap(entry)) {
            result = swapIn(cpu, vma, memfd, index, walk, entry, write);
        } else {
            result = create(cpu, vma, memfd, index, walk, write);
        }
        cpu.exit();
        return result;
    }

    private void mapCached(
            Cpu cpu, Vma vma, Memfd memfd, long index, Walk walk, int pfn, boolean write) {
        if (!folios.tryGet(cpu, pfn)) {
            return;
        }
        wait.lock(cpu, pfn);
        if (memfd.entry(cpu, index) == Memfd.folio(pfn)) {
            map(cpu, vma, memfd, walk, pfn, write);
        }
        wait.unlock(cpu, pfn);
        lru.put(cpu, pfn);
    }

    /// First use of a page of the memfd.
    private int create(Cpu cpu, Vma vma, Memfd memfd, long index, Walk walk, boolean write) {
        int pfn =
                allocator.allocate(
                        cpu, vma.mm().memcg(), LOCKED | UPTODATE | born(memfd.kind(), write));
        if (pfn < 0) {
            return PageFaults.NOMEM;
        }
        int nodes = memfd.growIndex(cpu, index, vma.mm().memcg().id());
        if (nodes > 0) {
            kernelMemory.chargeBytes(cpu, vma.mm().memcg(), nodes * INDEX_NODE_BYTES);
        }
        allocator.zero(cpu, pfn, 1);
        folios.setMapping(pfn, memfd.id(), index);
        folios.get(cpu, pfn);
        if (memfd.replace(cpu, index, 0, Memfd.folio(pfn))) {
            if (memfd.isReclaimed()) {
                lru.add(cpu, pfn, true);
            }
            vma.mm().memcg().lruvec().statsChanged(cpu, CACHED, 1);
            map(cpu, vma, memfd, walk, pfn, write);
            wait.unlock(cpu, pfn);
        } else {
            folios.dropReference(cpu, pfn);
            wait.unlock(cpu, pfn);
        }
        lru.put(cpu, pfn);
        return PageFaults.DONE;
    }

    /// Memory that has no copy anywhere is dirty; what a file system has is dirty once it is
    /// written.
    private static long born(Memfd.Kind kind, boolean write) {
        return switch (kind) {
            case SHARED_MEMORY -> DIRTY;
            case NOTIFIED -> write ? DIRTY : 0;
            case SECRET -> UNEVICTABLE;
            case DEVICE_PAGES -> 0;
        };
    }

    private int swapIn(
            Cpu cpu, Vma vma, Memfd memfd, long index, Walk walk, long entry, boolean write) {
        int slot = Memfd.slot(entry);
        int pfn = swap.cached(cpu, slot);
        if (pfn >= 0) {
            if (folios.tryGet(cpu, pfn)) {
                readAhead.found(cpu, pfn);
                takeCached(cpu, vma, memfd, index, walk, slot, pfn, write);
            }
            return PageFaults.DONE;
        }
        cpu.enter(KernelFunction.SHMEM_SWAPIN);
        pfn = readAhead.swapIn(cpu, slot);
        cpu.exit();
        if (pfn >= 0) {
            stat.inc(cpu, VmEvent.PGMAJFAULT);
            vma.mm().memcg().lruvec().statChanged(cpu, 1);
            takeCached(cpu, vma, memfd, index, walk, slot, pfn, write);
        } else if (pfn == SwapReadAhead.NOMEM) {
            return PageFaults.NOMEM;
        } else if (memfd.entry(cpu, index) == entry) {
            cpu.sleep(SwapReadAhead.RETRY_NANOS);
        }
        return PageFaults.DONE;
    }

    /// Takes a folio out of the swap cache once it is read, maps it, and drops our reference. The
    /// slot may have become another page's before we looked at its folio.
    private void takeCached(
            Cpu cpu,
            Vma vma,
            Memfd memfd,
            long index,
            Walk walk,
            int slot,
            int pfn,
            boolean write) {
        wait.lock(cpu, pfn);
        if (memfd.entry(cpu, index) == Memfd.swap(slot)
                && folios.test(cpu, pfn, SWAPCACHE)
                && swap.cached(cpu, slot) == pfn
                && folios.test(cpu, pfn, UPTODATE)) {
            if (steps.waitsForWriteback()) {
                wait.forWriteback(cpu, pfn);
            }
            folios.setMapping(pfn, memfd.id(), index);
            moveToPageCache(cpu, memfd, index, slot, pfn);
            // and no more in the swap cache
            vma.mm().memcg().lruvec().statsChanged(cpu, CACHED + 1, 1);
            map(cpu, vma, memfd, walk, pfn, write);
        }
        wait.unlock(cpu, pfn);
        lru.put(cpu, pfn);
    }

    /// From the swap cache back to the memfd; the cache's reference moves along, the slot is freed.
    private void moveToPageCache(Cpu cpu, Memfd memfd, long index, int slot, int pfn) {
        boolean replaced = memfd.replace(cpu, index, Memfd.swap(slot), Memfd.folio(pfn));
        assert replaced : "swap entry of a locked page changed";
        folios.update(cpu, pfn, SWAPCACHE, DIRTY);
        swap.removeFromCache(cpu, slot, 0);
        swap.release(cpu, slot);
    }

    private long leaf(Cpu cpu, Vma vma, Memfd memfd, int pfn, boolean write) {
        long leaf = PageFaults.leaf(vma, pfn, RadixTable.LEVEL_4K, write);
        if (!memfd.notifiesWrites()) {
            return leaf;
        }
        if (write) {
            folios.set(cpu, pfn, DIRTY);
            memfd.countWriteNotice(cpu);
            return leaf;
        }
        return format.readOnly(leaf);
    }

    private void map(Cpu cpu, Vma vma, Memfd memfd, Walk walk, int pfn, boolean write) {
        QueuedSpinLock lock = vma.mm().pteLock(walk);
        lock.lock(cpu);
        if (format.isNone(cpu.load(walk.words, walk.index))) {
            folios.addMap(cpu, pfn);
            vma.mm().memcg().lruvec().statChanged(cpu, 1);
            folios.get(cpu, pfn);
            Pte.set(cpu, walk.words, walk.index, leaf(cpu, vma, memfd, pfn, write));
        }
        lock.unlock(cpu);
    }
}
