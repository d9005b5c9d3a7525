package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.mapcount;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.AnonVma;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// Asks every mapping of a folio whether it was used, and consumes the answer (`folio_referenced`).
///
/// A mapping by a process outside the cgroup that is reclaimed has no say, and keeps its accessed bits.
///
/// The classic LRU clears primary and secondary accessed bits of the mapping with `clear_flush_young`;
/// MGLRU looks around instead, unless the folio is mapped by a huge leaf, which has no neighbours in its table.
final class FolioReferenced {
    /// The reverse map was busy; treat the folio as used.
    static final int CONTENDED = -1;

    private static final PteFormat PTE = PteFormat.X86_64;

    private final ReclaimContext host;
    private final Folios folios;
    private final @Nullable LookAround lookAround;
    private final Walk walk = new Walk();

    /// @param lookAround MGLRU's; null for the classic LRU
    FolioReferenced(ReclaimContext host, @Nullable LookAround lookAround) {
        this.host = host;
        this.folios = host.folios();
        this.lookAround = lookAround;
    }

    /// Whether it asks for MGLRU.
    boolean looksAround() {
        return lookAround != null;
    }

    /// How many mappings used the folio, which is locked and isolated; or [#CONTENDED].
    int count(Cpu cpu, int pfn, ScanControl sc) {
        if (mapcount(folios.state(cpu, pfn)) == 0) {
            return 0;
        }
        cpu.enter(KernelFunction.FOLIO_REFERENCED);
        long mapping = folios.mapping(pfn);
        RmapObject object = host.objects().get(Folios.mappingObject(mapping));
        cpu.enter(
                object instanceof AnonVma
                        ? KernelFunction.RMAP_WALK_ANON
                        : KernelFunction.RMAP_WALK_FILE);
        int referenced;
        if (object.lock().tryDownRead(cpu)) {
            referenced = walkMappings(cpu, pfn, sc, object, Folios.mappingIndex(mapping));
            object.lock().upRead(cpu);
        } else {
            referenced = CONTENDED;
        }
        cpu.exit();
        cpu.exit();
        return referenced;
    }

    private int walkMappings(Cpu cpu, int pfn, ScanControl sc, RmapObject object, long index) {
        int referenced = 0;
        for (Vma vma : object.vmas()) {
            long vpn = vma.vpn(index);
            if (vpn < 0 || !vma.mm().memcg().isWithin(host.scope(sc))) {
                continue;
            }
            cpu.enter(KernelFunction.FOLIO_REFERENCED_ONE);
            cpu.charge(Cost.RMAP_WALK);
            if (one(cpu, pfn, sc, vma, vpn)) {
                referenced++;
            }
            cpu.exit();
        }
        return referenced;
    }

    private boolean one(Cpu cpu, int pfn, ScanControl sc, Vma vma, long vpn) {
        AddressSpace mm = vma.mm();
        mm.tables().find(cpu, walk, mm.root(), vpn);
        if (walk.level > RadixTable.LEVEL_2M) {
            return false;
        }
        QueuedSpinLock lock = mm.pteLock(walk);
        lock.lock(cpu);
        long pte = cpu.load(walk.words, walk.index);
        boolean young = false;
        if (PTE.isLeaf(pte, walk.level) && PTE.pfn(pte) == pfn) {
            if (lookAround != null && walk.level == RadixTable.LEVEL_4K) {
                young = lookAround.lookAround(cpu, sc, pfn, vma, walk, vpn);
            } else {
                young = Pte.testAndClearYoung(cpu, walk.words, walk.index);
                if (!mm.notifiers().isEmpty()) {
                    long end = vpn + RadixTable.pages(walk.level);
                    young |= host.aging().clearFlushYoung(cpu, mm.notifiers(), vpn, end);
                }
            }
        }
        lock.unlock(cpu);
        return young;
    }
}
