package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.DIRTY;

import java.util.Arrays;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.RwSemaphore;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.HugetlbFile;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Pages of hugetlb files: how they come, by faults (`hugetlb_fault`), and how they go when the
/// file does (`remove_inode_hugepages`).
///
/// A fault maps one huge page by one huge leaf, with no table laid by, for nobody splits it.
/// Faults on the same page of a file take turns by a mutex, so that one of them allocates and
/// zeroes it. The leaf is made under the folio lock: a page whose memory is found broken meanwhile
/// either has the leaf taken away again or is not mapped.
final class HugetlbPages {
    private final PteFormat format;
    private static final int MUTEXES_PER_CPU = 8;

    private final Folios folios;
    private final LruCache lru;
    private final FolioWait wait;
    private final PageAllocator allocator;
    private final RwSemaphore[] mutexes;

    HugetlbPages(FaultContext host) {
        format = host.format();
        folios = host.folios();
        lru = host.lru();
        wait = host.folioWait();
        allocator = host.allocator();
        mutexes = new RwSemaphore[Integer.highestOneBit(MUTEXES_PER_CPU * host.maxCpus() - 1) << 1];
        Arrays.setAll(mutexes, i -> new RwSemaphore(LockClass.HUGETLB_FAULT_MUTEX));
    }

    /// A fault on a hugetlb mapping. Returns [PageFaults#DONE], [PageFaults#HWPOISON],
    /// [PageFaults#NOMEM] without a page table, or [PageFaults#FAULT] beyond the file's end and
    /// where the pool has no page (`SIGBUS`).
    int fault(Cpu cpu, Vma vma, HugetlbFile file, long vpn, Walk walk, boolean write) {
        AddressSpace mm = vma.mm();
        mm.tables().allocate(cpu, walk, mm.root(), vpn, RadixTable.LEVEL_2M, mm.tableCharge());
        if (walk.level != RadixTable.LEVEL_2M) {
            return PageFaults.NOMEM;
        }
        long index = vma.index(vpn) / folios.hugePages;
        if (index >= file.hugePages()) {
            return PageFaults.FAULT;
        }
        RwSemaphore mutex = mutexes[(int) (31L * file.id() + index) & mutexes.length - 1];
        mutex.downWrite(cpu);
        int result = resolve(cpu, vma, file, index, walk, write);
        mutex.upWrite(cpu);
        return result;
    }

    private int resolve(Cpu cpu, Vma vma, HugetlbFile file, long index, Walk walk, boolean write) {
        long leaf = cpu.load(walk.words, walk.index);
        if (format.isPoison(leaf)) {
            return PageFaults.HWPOISON;
        }
        if (!format.isNone(leaf)) {
            return upgrade(cpu, vma, walk, write);
        }
        long entry = file.entry(cpu, index);
        int pfn = HugetlbFile.isThere(entry) ? HugetlbFile.pfn(entry) : fill(cpu, file, index);
        if (pfn < 0) {
            return PageFaults.FAULT;
        }
        wait.lock(cpu, pfn);
        boolean broken = HugetlbFile.isBroken(file.entry(cpu, index));
        if (!broken) {
            map(cpu, vma, pfn, walk, write);
        }
        wait.unlock(cpu, pfn);
        return broken ? PageFaults.HWPOISON : PageFaults.DONE;
    }

    /// `hugetlb_no_page`: the file has no page there yet.
    private int fill(Cpu cpu, HugetlbFile file, long index) {
        int pfn = file.take(cpu, index);
        if (pfn >= 0) {
            allocator.zero(cpu, pfn, folios.hugePages);
            folios.setMapping(pfn, file.id(), index * folios.hugePages);
            file.filled(cpu, index, pfn);
        }
        return pfn;
    }

    private void map(Cpu cpu, Vma vma, int pfn, Walk walk, boolean write) {
        vma.mm().pteLock(walk).lock(cpu);
        long leaf = PageFaults.leaf(vma, pfn, RadixTable.LEVEL_2M, write);
        if (cpu.cas(walk.words, walk.index, PteFormat.NONE, leaf)) {
            folios.get(cpu, pfn);
            folios.addMap(cpu, pfn);
        }
        vma.mm().pteLock(walk).unlock(cpu);
    }

    /// The leaf is there but did not permit the access, or does by now.
    private int upgrade(Cpu cpu, Vma vma, Walk walk, boolean write) {
        vma.mm().pteLock(walk).lock(cpu);
        if (format.isLeaf(cpu.load(walk.words, walk.index), RadixTable.LEVEL_2M)) {
            long more = PteFormat.ACCESSED | PteFormat.USER;
            if (write && vma.writable()) {
                more |= PteFormat.WRITABLE | PteFormat.DIRTY;
            }
            Pte.set(cpu, format, walk.words, walk.index, more);
        }
        vma.mm().pteLock(walk).unlock(cpu);
        return PageFaults.DONE;
    }

    /// Gives up the pages of a file that nobody maps or has open. One that somebody holds goes back
    /// to the pool with its last reference; a broken one never does.
    void evict(Cpu cpu, HugetlbFile file) {
        for (int index = 0; index < file.hugePages(); index++) {
            cpu.charge(Cost.PTE_SCAN);
            long entry = file.entry(cpu, index);
            if (!HugetlbFile.isThere(entry)) {
                file.drop(cpu, index);
                continue;
            }
            int pfn = HugetlbFile.pfn(entry);
            wait.lock(cpu, pfn);
            file.drop(cpu, index);
            folios.setMapping(pfn, 0, 0);
            folios.clear(cpu, pfn, DIRTY);
            wait.unlock(cpu, pfn);
            lru.put(cpu, pfn);
        }
        file.evicted(cpu);
    }
}
