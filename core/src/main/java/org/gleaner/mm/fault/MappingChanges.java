package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.pte.Tlb;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.HugetlbFile;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.SharedFile;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// What a process does to its mappings besides using them: `mprotect`, `munmap`, and its exit.
/// Secondary MMUs are told before any entry changes and after the last has.
public final class MappingChanges {
    private final PteFormat format;

    private final Folios folios;
    private final LruCache lru;
    private final SwapArea swap;
    private final UnusedSwapCache unused;
    private final MemfdEviction eviction;
    private final ZeroPages zeroes;
    private final HugetlbPages hugetlb;
    private final MemorySteps steps;

    MappingChanges(
            FaultContext host,
            UnusedSwapCache unused,
            MemfdEviction eviction,
            ZeroPages zeroes,
            HugetlbPages hugetlb) {
        format = host.format();
        steps = host.steps();
        folios = host.folios();
        lru = host.lru();
        swap = host.swap();
        this.unused = unused;
        this.eviction = eviction;
        this.zeroes = zeroes;
        this.hugetlb = hugetlb;
    }

    /// Makes a whole mapping writable or read-only (`mprotect`). When this returns with `writable`
    /// false, no write through any MMU gets through any more. Entries become writable again by
    /// faults.
    public void protect(Cpu cpu, Vma vma, boolean writable) {
        AddressSpace mm = vma.mm();
        mm.mmapLock().downWrite(cpu);
        mm.protect(vma, writable);
        if (!writable) {
            begin(cpu, vma, InvalidationEvent.PROTECTION_VMA);
            forEachEntry(cpu, vma, this::writeProtect);
            mm.notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
        }
        mm.mmapLock().upWrite(cpu);
    }

    /// Forbids every access to a whole mapping (`mprotect` with `PROT_NONE`) until [#protect]
    /// permits some again. Its pages stay.
    public void protectNone(Cpu cpu, Vma vma) {
        AddressSpace mm = vma.mm();
        mm.mmapLock().downWrite(cpu);
        mm.protectNone(vma);
        begin(cpu, vma, InvalidationEvent.PROTECTION_VMA);
        forEachEntry(cpu, vma, this::hide);
        mm.notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
        mm.mmapLock().upWrite(cpu);
    }

    /// Takes a mapping away with all its pages (`munmap`). The page tables stay until the process
    /// exits.
    public void unmap(Cpu cpu, Vma vma) {
        AddressSpace mm = vma.mm();
        mm.mmapLock().downWrite(cpu);
        if (steps.tellsBeforeMunmap()) {
            begin(cpu, vma, InvalidationEvent.UNMAP);
        }
        boolean last = mm.remove(cpu, vma);
        forEachEntry(cpu, vma, this::zap);
        if (!steps.tellsBeforeMunmap()) {
            begin(cpu, vma, InvalidationEvent.UNMAP);
        }
        mm.notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
        mm.mmapLock().upWrite(cpu);
        if (last) {
            evict(cpu, vma.object());
        }
    }

    /// A driver shows other frames: no entry of the old ones is left when this returns, and faults
    /// find the new ones (`unmap_mapping_range`).
    public void moveDevice(Cpu cpu, DeviceMemory device, int firstFrame) {
        device.show(cpu, firstFrame);
        device.lock().downRead(cpu);
        for (Vma vma : device.vmas()) {
            begin(cpu, vma, InvalidationEvent.CLEAR);
            forEachEntry(cpu, vma, this::zap);
            vma.mm().notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
        }
        device.lock().upRead(cpu);
    }

    /// Nobody has a file open any more: its pages go with its last mapping, or now if it has none.
    public void close(Cpu cpu, SharedFile file) {
        if (file.close(cpu)) {
            evict(cpu, file);
        }
    }

    /// The process ends (`exit_mmap`): secondary MMUs let go, every mapping is taken away, and then
    /// the page tables. Called by its last task; see [AddressSpace] for who else may be about.
    public void exit(Cpu cpu, AddressSpace mm) {
        unmapAll(cpu, mm);
        zeroes.leave(cpu, mm);
        mm.setMemoryFreed();
        mm.free(cpu);
    }

    /// As [#exit], of a process that alone has the files open that it maps: they are closed with
    /// it (`exit_files`).
    public void exitWithFiles(Cpu cpu, AddressSpace mm) {
        Vma[] all = mm.vmas();
        unmapAll(cpu, mm);
        for (Vma vma : all) {
            if (vma.object() instanceof SharedFile file) {
                close(cpu, file);
            }
        }
        zeroes.leave(cpu, mm);
        mm.setMemoryFreed();
        mm.free(cpu);
    }

    private void unmapAll(Cpu cpu, AddressSpace mm) {
        mm.notifiers().release(cpu);
        for (Vma vma : mm.vmas()) {
            unmap(cpu, vma);
        }
    }

    private void evict(Cpu cpu, RmapObject object) {
        if (object instanceof Memfd memfd) {
            eviction.evict(cpu, memfd);
        } else if (object instanceof HugetlbFile file) {
            hugetlb.evict(cpu, file);
        }
    }

    /// Takes the pages of private memory from a process whose tasks may still be at work
    /// (`__oom_reap_task_mm`). Its faults have to fail already.
    public void reap(Cpu cpu, AddressSpace mm) {
        mm.mmapLock().downRead(cpu);
        for (Vma vma : mm.vmas()) {
            if (vma.object() instanceof AnonVma) {
                begin(cpu, vma, InvalidationEvent.CLEAR);
                forEachEntry(cpu, vma, this::zap);
                mm.notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
            }
        }
        mm.mmapLock().upRead(cpu);
    }

    /// Secondary MMUs let go of a whole mapping.
    private static void begin(Cpu cpu, Vma vma, InvalidationEvent event) {
        vma.mm().notifiers().invalidateRangeStart(cpu, vma.start(), vma.end(), true, event);
    }

    private interface EntryChange {
        void apply(Cpu cpu, AddressSpace mm, Walk at, int i, long entry);
    }

    /// Changes every entry of a mapping that is not empty; no mapping ends inside of a huge leaf.
    private void forEachEntry(Cpu cpu, Vma vma, EntryChange change) {
        PageWalk walk = new PageWalk();
        for (walk.start(vma.mm(), vma.start(), vma.end()); walk.next(cpu); ) {
            Walk at = walk.at();
            walk.lock(cpu);
            for (int i = 0; i < walk.entries(); i++) {
                cpu.charge(Cost.PTE_SCAN);
                long entry = cpu.load(at.words, at.index + i);
                if (!walk.isTable() && !isWhole(entry, at.level)) {
                    // it has been split meanwhile
                    walk.stay();
                } else if (!format.isNone(entry)) {
                    change.apply(cpu, vma.mm(), at, at.index + i, entry);
                }
            }
            walk.unlock(cpu);
            cpu.condResched();
        }
        Tlb tlb = vma.mm().tlb();
        if (tlb != null) {
            tlb.flush();
        }
    }

    /// Whether what stands above level 1 stands for its pages itself, and is no table.
    private boolean isWhole(long entry, int level) {
        return format.isLeaf(entry, level) || format.isPoison(entry);
    }

    private void writeProtect(Cpu cpu, AddressSpace mm, Walk at, int i, long entry) {
        if (format.isPresent(entry)) {
            Pte.setReadOnly(cpu, format, at.words, i);
        }
    }

    private void hide(Cpu cpu, AddressSpace mm, Walk at, int i, long entry) {
        if (format.isPresent(entry)) {
            Pte.clear(cpu, format, at.words, i, PteFormat.USER | PteFormat.WRITABLE);
        }
    }

    /// Whether a table was laid by for a huge leaf, to split it: not in hugetlb mappings.
    private boolean hasDeposit(Cpu cpu, long leaf) {
        return format.isPresent(leaf)
                && (format.isSpecial(leaf) || !isHugetlb(folios.peek(cpu, (int) format.pfn(leaf))));
    }

    private void zap(Cpu cpu, AddressSpace mm, Walk at, int i, long entry) {
        if (format.isSwap(entry)) {
            Pte.set(cpu, at.words, i, PteFormat.NONE);
            unused.drop(cpu, swap.release(cpu, (int) format.swapSlot(entry)));
            return;
        }
        long pte = Pte.getAndClear(cpu, at.words, i);
        if (at.level == RadixTable.LEVEL_2M && hasDeposit(cpu, pte)) {
            mm.tables().forfeit(cpu, at, mm.tableCharge());
        }
        if (format.isSpecial(pte) || format.isPoison(pte)) {
            return;
        }
        int pfn = (int) format.pfn(pte);
        if (format.isDirty(pte)) {
            folios.set(cpu, pfn, DIRTY);
        }
        folios.removeMap(cpu, pfn);
        if ((folios.peek(cpu, pfn) & (SWAPCACHE | LARGE)) == SWAPCACHE) {
            unused.leaveSwapCache(cpu, pfn);
        }
        lru.put(cpu, pfn);
    }
}
