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
import org.gleaner.mm.memory.MemoryNode;
import org.gleaner.mm.memory.Zone;
import org.jspecify.annotations.Nullable;

/// Frees folios that nobody refers to, and gives back what their cgroups were charged for them
/// (`free_unref_folios`, `mem_cgroup_uncharge`). What [PageAllocator] made ends here.
public final class FolioFree {
    private final Folios folios;
    private final Zone zone;
    private final HugetlbPool hugetlb;
    private final FrameEpochs epochs;
    private final @Nullable FrameContents contents;
    private final List<Memcg> memcgs;

    /// @param memcgs every cgroup of the host by id
    public FolioFree(Folios folios, MemoryNode node, List<Memcg> memcgs) {
        this.folios = folios;
        zone = node.zone();
        hugetlb = node.hugetlb();
        epochs = node.epochs();
        contents = node.contents();
        this.memcgs = memcgs;
    }

    /// The last user of a folio is gone (`__folio_put`). The hugetlb pool has its own pages back.
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
