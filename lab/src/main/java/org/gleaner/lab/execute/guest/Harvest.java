package org.gleaner.lab.execute.guest;

import java.util.BitSet;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.Walk;

/// Harvests a guest's accessed bits by the design's own query, as MGLRU's page-table walk asks it:
/// table by table under its lock, a [SecondaryAging.Window] over the present pages. Moves no folio
/// and leaves primary accessed bits alone, so that what it finds is what the second stage said.
///
/// A design whose walk asks nobody (`locked-flush`) is asked page by page, as an eviction would.
///
/// One CPU uses it.
public final class Harvest {
    private final PteFormat format;
    private final SecondaryAging aging;
    private final boolean pageByPage;
    private final SecondaryAging.Window window;
    private final PageWalk walk = new PageWalk();

    public Harvest(Host host, AgingDesign design) {
        format = host.tables().format;
        aging = host.config().reclaimer().aging();
        pageByPage = design == AgingDesign.LOCKED_FLUSH;
        window = aging.newWindow();
    }

    /// Takes the accessed bits of all of an address space; returns how many pages had any. Of a
    /// huge leaf each page is asked about, for the second stage may map it in smaller pieces; where
    /// it does not, one bit stands for all, and the first page to be asked about has it.
    ///
    /// @param young gets the bits of those pages, counted from the first page of the first mapping
    public int pass(Cpu cpu, AddressSpace mm, BitSet young) {
        Vma[] vmas = mm.vmas();
        int before = young.cardinality();
        for (Vma vma : vmas) {
            for (walk.start(mm, vma.start(), vma.end()); walk.next(cpu); ) {
                stop(cpu, mm, vmas[0].start(), young);
                cpu.condResched();
            }
        }
        return young.cardinality() - before;
    }

    private void stop(Cpu cpu, AddressSpace mm, long base, BitSet young) {
        Walk at = walk.at();
        walk.lock(cpu);
        window.begin(mm.notifiers(), walk.from(), walk.to());
        for (int i = 0; i < walk.entries(); i++) {
            long pte = cpu.load(at.words, at.index + i);
            if (!format.isLeaf(pte, at.level) || !format.isPage(pte)) {
                continue;
            }
            for (int page = 0; page < walk.pagesEach(); page++) {
                long vpn = walk.from() + i + page;
                if (isYoung(cpu, mm, vpn)) {
                    young.set((int) (vpn - base));
                }
            }
        }
        window.finish(cpu);
        walk.unlock(cpu);
    }

    private boolean isYoung(Cpu cpu, AddressSpace mm, long vpn) {
        if (pageByPage) {
            return (aging.target(cpu, mm.notifiers(), vpn, false) & SecondaryAging.YOUNG) != 0;
        }
        return window.test(cpu, vpn, false) && window.clear(cpu, vpn);
    }
}
