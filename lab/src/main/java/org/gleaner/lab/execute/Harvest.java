package org.gleaner.lab.execute;

import java.util.BitSet;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;

/// Harvests a guest's accessed bits by the design's own query, as MGLRU's page-table walk asks it: table by table
/// under its lock, a [SecondaryAging.Window] over the present pages. Moves no folio and leaves primary accessed
/// bits alone, so that what it finds is what the second stage said.
///
/// A design whose walk asks nobody (`locked-flush`) is asked page by page, as an eviction would.
///
/// One CPU uses it.
final class Harvest {
    private static final int TABLE = 512;
    private static final PteFormat PTE = PteFormat.X86_64;

    private final SecondaryAging aging;
    private final boolean pageByPage;
    private final SecondaryAging.Window window;
    private final Walk walk = new Walk();

    Harvest(Host host, AgingDesign design) {
        aging = host.config().aging();
        pageByPage = design == AgingDesign.LOCKED_FLUSH;
        window = aging.newWindow();
    }

    /// Takes the accessed bits of all of an address space; returns how many pages had any.
    ///
    /// @param young gets the bits of those pages, counted from the first page of the first mapping
    int pass(Cpu cpu, AddressSpace mm, BitSet young) {
        Vma[] vmas = mm.vmas();
        int before = young.cardinality();
        for (Vma vma : vmas) {
            for (long at = vma.start(); at < vma.end(); ) {
                long end = Math.min((at | TABLE - 1) + 1, vma.end());
                table(cpu, mm, at, end, vmas[0].start(), young);
                at = end;
            }
        }
        return young.cardinality() - before;
    }

    private void table(Cpu cpu, AddressSpace mm, long start, long end, long base, BitSet young) {
        mm.tables().find(cpu, walk, mm.root(), start);
        if (walk.level != 1) {
            return;
        }
        QueuedSpinLock lock = mm.pteLock(walk);
        lock.lock(cpu);
        window.begin(mm.notifiers(), start, end);
        for (long at = start; at < end; at++) {
            long pte = cpu.load(walk.words, walk.index + (int) (at - start));
            if (PTE.isPresent(pte) && isYoung(cpu, mm, at)) {
                young.set((int) (at - base));
            }
        }
        window.finish(cpu);
        lock.unlock(cpu);
    }

    private boolean isYoung(Cpu cpu, AddressSpace mm, long vpn) {
        if (pageByPage) {
            return (aging.target(cpu, mm.notifiers(), vpn, false) & SecondaryAging.YOUNG) != 0;
        }
        return window.test(cpu, vpn, false) && window.clear(cpu, vpn);
    }
}
