package org.gleaner.mm.audit;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.PageWalk;
import org.gleaner.mm.space.Vma;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// What page tables say: each entry is counted for the page or slot that it names, and each table
/// for the address space that reaches it.
final class EntryAudit {
    private final Tally tally;
    private final Cpu cpu;
    private final Folios folios;
    private final PteFormat format;

    EntryAudit(Tally tally) {
        this.tally = tally;
        cpu = tally.cpu;
        folios = tally.folios;
        format = tally.host.tables().format;
    }

    void countEntries(AddressSpace mm) {
        PageWalk walk = new PageWalk();
        for (Vma vma : mm.vmas()) {
            for (walk.start(mm, vma.start(), vma.end()); walk.next(cpu); ) {
                Walk at = walk.at();
                if (!walk.isTable()) {
                    countHuge(vma, walk.from(), at);
                    continue;
                }
                for (int i = 0; i < walk.entries(); i++) {
                    countEntry(vma, walk.from() + i, cpu.peek(at.words, at.index + i));
                }
            }
        }
    }

    private void countEntry(Vma vma, long vpn, long entry) {
        if (format.isPage(entry)) {
            int pfn = (int) format.pfn(entry);
            tally.mappings[pfn]++;
            tally.references[pfn]++;
            long mapping = folios.mapping(pfn);
            boolean merged = (folios.peek(cpu, pfn) & (UNEVICTABLE | ANON)) == (UNEVICTABLE | ANON);
            tally.expect(
                    merged
                            || Folios.mappingObject(mapping) == vma.object().id()
                                    && Folios.mappingIndex(mapping) == vma.index(vpn),
                    "pfn %d at page %d belongs elsewhere",
                    pfn,
                    vpn);
        } else if (format.isSwap(entry)) {
            tally.swapEntries[(int) format.swapSlot(entry)]++;
        }
    }

    /// A huge leaf: of a large folio, all of it in one mapping.
    private void countHuge(Vma vma, long vpn, Walk walk) {
        if (format.isPoison(walk.entry)) {
            tally.expect(vma.isHugetlb(), "page %d: a broken huge page that could be split", vpn);
            return;
        }
        long first = vma.mm().tables().geometry.alignDown(vpn, walk.level);
        boolean leaf =
                walk.level == RadixTable.LEVEL_2M
                        && format.isLeaf(walk.entry, walk.level)
                        && (folios.peek(cpu, (int) format.pfn(walk.entry)) & LARGE) != 0;
        tally.expect(leaf, "page %d: entry %x at level %d", vpn, walk.entry, walk.level);
        boolean within = first >= vma.start() && first + folios.hugePages <= vma.end();
        tally.expect(within, "page %d: a huge leaf crosses the end of a mapping", vpn);
        if (leaf) {
            countEntry(vma, vpn, walk.entry);
        }
    }

    void checkTables() {
        int reached = 0;
        for (Memcg memcg : tally.host.memcgs().all()) {
            for (AddressSpace mm : tally.host.mmLists().of(memcg).mms()) {
                reached += tally.host.tables().count(mm.root());
            }
        }
        int inUse = tally.host.tables().slab.inUse();
        tally.expect(reached == inUse, "%d page tables are in use, %d reached", inUse, reached);
    }
}
