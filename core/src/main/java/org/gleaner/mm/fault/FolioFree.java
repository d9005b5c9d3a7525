package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.isDriver;
import static org.gleaner.mm.folio.FolioLayout.isHugetlb;
import static org.gleaner.mm.folio.FolioLayout.memcg;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.FrameContents;
import org.gleaner.mm.memory.FrameEpochs;
import org.gleaner.mm.memory.HugetlbPool;
import org.gleaner.mm.memory.Zone;
import org.jspecify.annotations.Nullable;

/// Frees folios that nobody refers to, and gives back what their cgroups were charged for them
/// (`free_unref_folios`, `mem_cgroup_uncharge`). What [PageAllocator] made ends here.
public final class FolioFree {
    private final Folios folios;
    private final Zone zone;
    private final HugetlbPool hugetlb;
    private final List<Memcg> memcgs;
    private final FrameEpochs epochs;
    private final @Nullable FrameContents contents;

    /// @param memcgs every cgroup of the host by id
    /// @param hugetlb which has its own pages back
    public FolioFree(
            Folios folios,
            Zone zone,
            HugetlbPool hugetlb,
            List<Memcg> memcgs,
            FrameEpochs epochs,
            @Nullable FrameContents contents) {
        this.folios = folios;
        this.zone = zone;
        this.hugetlb = hugetlb;
        this.memcgs = memcgs;
        this.epochs = epochs;
        this.contents = contents;
    }

    /// The last user of a folio is gone (`__folio_put`).
    public void lastPut(Cpu cpu, int pfn) {
        long state = folios.peek(cpu, pfn);
        if (isHugetlb(state)) {
            hugetlb.give(cpu, pfn);
            return;
        }
        memcgs.get(memcg(state)).lruvec().charged(cpu, 1);
        free(cpu, pfn);
    }

    /// Frees a folio that reclaim has unmapped, and counts with others.
    ///
    /// @throws IllegalStateException if it is a driver's frame, of which somebody has dropped a
    ///     reference that was not his (`bad_page`)
    public void free(Cpu cpu, int pfn) {
        long state = folios.peek(cpu, pfn);
        if (isDriver(state)) {
            throw new IllegalStateException("frame " + pfn + " of a driver is freed under it");
        }
        int pages = folios.pages(state);
        if (contents != null) {
            contents.freed(cpu, pfn, pages);
        }
        epochs.freed(pfn, pages);
        memcgs.get(memcg(state)).uncharge(cpu, pages);
        for (int i = pages - 1; i >= 0; i--) {
            folios.init(cpu, pfn + i, 0);
        }
        if (pages == 1) {
            zone.release(cpu, pfn);
        } else {
            zone.releaseBlock(cpu, pfn);
        }
    }
}
