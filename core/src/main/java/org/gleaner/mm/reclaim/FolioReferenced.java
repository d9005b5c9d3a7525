package org.gleaner.mm.reclaim;

import static org.gleaner.mm.folio.FolioLayout.mapcount;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.pte.Pte;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapWalk;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// Asks every mapping of a folio whether it was used, and consumes the answer (`folio_referenced`).
///
/// A mapping by a process outside the cgroup that is reclaimed has no say, and keeps its accessed
/// bits.
///
/// The classic LRU clears primary and secondary accessed bits of the mapping with
/// `clear_flush_young`; MGLRU looks around instead, unless the folio is mapped by a huge leaf,
/// which has no neighbours in its table.
final class FolioReferenced {
    /// The reverse map was busy; treat the folio as used.
    static final int CONTENDED = -1;

    private final ReclaimContext host;
    private final Folios folios;
    private final @Nullable LookAround lookAround;
    private final RmapWalk walk;

    /// @param lookAround MGLRU's; null for the classic LRU
    FolioReferenced(ReclaimContext host, @Nullable LookAround lookAround) {
        this.host = host;
        this.folios = host.folios();
        this.lookAround = lookAround;
        walk = new RmapWalk(host.objects());
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
        walk.start(folios.mapping(pfn));
        cpu.enter(walk.isAnon() ? KernelFunction.RMAP_WALK_ANON : KernelFunction.RMAP_WALK_FILE);
        int referenced;
        if (walk.tryEnter(cpu)) {
            referenced = walkMappings(cpu, pfn, sc);
            walk.leave(cpu);
        } else {
            referenced = CONTENDED;
        }
        cpu.exit();
        cpu.exit();
        return referenced;
    }

    private int walkMappings(Cpu cpu, int pfn, ScanControl sc) {
        int referenced = 0;
        while (walk.next()) {
            if (!walk.mm().memcg().isWithin(host.scope(sc))) {
                continue;
            }
            cpu.enter(KernelFunction.FOLIO_REFERENCED_ONE);
            cpu.charge(Cost.RMAP_WALK);
            if (walk.lock(cpu, pfn)) {
                if (one(cpu, pfn, sc)) {
                    referenced++;
                }
                walk.unlock(cpu);
            }
            cpu.exit();
        }
        return referenced;
    }

    private boolean one(Cpu cpu, int pfn, ScanControl sc) {
        AddressSpace mm = walk.mm();
        long vpn = walk.vpn();
        Walk at = walk.at();
        if (lookAround != null && at.level == RadixTable.LEVEL_4K) {
            return lookAround.lookAround(cpu, sc, pfn, walk.vma(), at, vpn);
        }
        boolean young = Pte.testAndClearYoung(cpu, host.format(), at.words, at.index);
        if (!mm.notifiers().isEmpty()) {
            young |= host.aging().clearFlushYoung(cpu, mm.notifiers(), vpn, vpn + walk.pages());
        }
        return young;
    }
}
