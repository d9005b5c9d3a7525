package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.lru.LruCache;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.Memfd;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.swap.SwapArea;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// What a process does to its mappings besides using them: `mprotect`, `munmap`, and its exit. Secondary MMUs
/// are told before any entry changes and after the last has.
public final class MappingChanges {
    private static final int TABLE = 512;
    private static final PteFormat PTE = PteFormat.X86_64;

    private final Folios folios;
    private final LruCache lru;
    private final SwapArea swap;
    private final UnusedSwapCache unused;
    private final MemfdEviction eviction;
    private final MemorySteps steps;

    public MappingChanges(
            Folios folios,
            LruCache lru,
            SwapArea swap,
            UnusedSwapCache unused,
            MemfdEviction eviction,
            MemorySteps steps) {
        this.steps = steps;
        this.folios = folios;
        this.lru = lru;
        this.swap = swap;
        this.unused = unused;
        this.eviction = eviction;
    }

    /// Makes a whole mapping writable or read-only (`mprotect`). When this returns with `writable` false, no
    /// write through any MMU gets through any more. Entries become writable again by faults.
    public void protect(Cpu cpu, Vma vma, boolean writable) {
        AddressSpace mm = vma.mm();
        mm.mmapLock().downWrite(cpu);
        mm.protect(vma, writable);
        if (!writable) {
            mm.notifiers().invalidateRangeStart(cpu, vma.start(), vma.end(), true);
            forEachTable(cpu, vma, this::writeProtect);
            mm.notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
        }
        mm.mmapLock().upWrite(cpu);
    }

    /// Takes a mapping away with all its pages (`munmap`). The page tables stay until the process exits.
    public void unmap(Cpu cpu, Vma vma) {
        AddressSpace mm = vma.mm();
        mm.mmapLock().downWrite(cpu);
        if (steps.tellsBeforeMunmap()) {
            mm.notifiers().invalidateRangeStart(cpu, vma.start(), vma.end(), true);
        }
        boolean last = mm.remove(cpu, vma);
        forEachTable(cpu, vma, this::zap);
        if (!steps.tellsBeforeMunmap()) {
            mm.notifiers().invalidateRangeStart(cpu, vma.start(), vma.end(), true);
        }
        mm.notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
        mm.mmapLock().upWrite(cpu);
        if (last) {
            evict(cpu, vma.object());
        }
    }

    /// Nobody has a memfd open any more: its pages go with its last mapping, or now if it has none.
    public void close(Cpu cpu, Memfd memfd) {
        if (memfd.close(cpu)) {
            evict(cpu, memfd);
        }
    }

    /// The process ends (`exit_mmap`): secondary MMUs let go, every mapping is taken away, and then the page tables.
    /// Called by its last task; see [AddressSpace] for who else may be about.
    public void exit(Cpu cpu, AddressSpace mm) {
        unmapAll(cpu, mm);
        mm.setMemoryFreed();
        mm.free(cpu);
    }

    /// As [#exit], of a process that alone has the memfds open that it maps: they are closed with it (`exit_files`).
    public void exitWithFiles(Cpu cpu, AddressSpace mm) {
        Vma[] all = mm.vmas();
        unmapAll(cpu, mm);
        for (Vma vma : all) {
            if (vma.object() instanceof Memfd memfd) {
                close(cpu, memfd);
            }
        }
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
        }
    }

    /// Takes the pages of private memory from a process whose tasks may still be at work
    /// (`__oom_reap_task_mm`). Its faults have to fail already.
    public void reap(Cpu cpu, AddressSpace mm) {
        mm.mmapLock().downRead(cpu);
        for (Vma vma : mm.vmas()) {
            if (vma.object() instanceof AnonVma) {
                mm.notifiers().invalidateRangeStart(cpu, vma.start(), vma.end(), true);
                forEachTable(cpu, vma, this::zap);
                mm.notifiers().invalidateRangeEnd(cpu, vma.start(), vma.end());
            }
        }
        mm.mmapLock().upRead(cpu);
    }

    private interface EntryChange {
        void apply(Cpu cpu, long[] words, int i, long entry);
    }

    private void forEachTable(Cpu cpu, Vma vma, EntryChange change) {
        AddressSpace mm = vma.mm();
        Walk walk = new Walk();
        for (long at = vma.start(); at < vma.end(); ) {
            long end = Math.min((at | TABLE - 1) + 1, vma.end());
            mm.tables().find(cpu, walk, mm.root(), at);
            if (walk.level == RadixTable.LEVEL_2M && !PTE.isNone(walk.entry)) {
                if (!huge(cpu, mm.pteLock(walk), walk, change)) {
                    // it has been split meanwhile
                    continue;
                }
            } else if (walk.level == RadixTable.LEVEL_4K) {
                QueuedSpinLock lock = mm.pteLock(walk);
                lock.lock(cpu);
                for (int i = 0; i < end - at; i++) {
                    cpu.charge(Cost.PTE_SCAN);
                    long entry = cpu.load(walk.words, walk.index + i);
                    if (!PTE.isNone(entry)) {
                        change.apply(cpu, walk.words, walk.index + i, entry);
                    }
                }
                lock.unlock(cpu);
            }
            at = end;
        }
    }

    /// Changes a huge leaf; no mapping ends inside of one. False if it is one no longer.
    private static boolean huge(Cpu cpu, QueuedSpinLock lock, Walk walk, EntryChange change) {
        lock.lock(cpu);
        cpu.charge(Cost.PTE_SCAN);
        long entry = cpu.load(walk.words, walk.index);
        boolean leaf = PTE.isLeaf(entry, RadixTable.LEVEL_2M);
        if (leaf) {
            change.apply(cpu, walk.words, walk.index, entry);
        }
        lock.unlock(cpu);
        return leaf;
    }

    private void writeProtect(Cpu cpu, long[] words, int i, long entry) {
        if (PTE.isPresent(entry)) {
            Pte.setReadOnly(cpu, words, i);
        }
    }

    private void zap(Cpu cpu, long[] words, int i, long entry) {
        if (PTE.isSwap(entry)) {
            Pte.set(cpu, words, i, PteFormat.NONE);
            unused.drop(cpu, swap.release(cpu, (int) PTE.swapSlot(entry)));
            return;
        }
        long pte = Pte.getAndClear(cpu, words, i);
        int pfn = (int) PTE.pfn(pte);
        if (PTE.isDirty(pte)) {
            folios.set(cpu, pfn, DIRTY);
        }
        folios.removeMap(cpu, pfn);
        if ((folios.peek(cpu, pfn) & (SWAPCACHE | LARGE)) == SWAPCACHE) {
            unused.leaveSwapCache(cpu, pfn);
        }
        lru.put(cpu, pfn);
    }
}
