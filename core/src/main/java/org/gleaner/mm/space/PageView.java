package org.gleaner.mm.space;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.pte.PrimaryTables;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;

/// Which frame a process's page is in, as an onlooker of virtual time sees it between two steps: it
/// holds no lock, takes no step and marks nothing.
public final class PageView {
    /// The page is not mapped: it was never touched, or is in swap or on its way there.
    public static final int NOT_THERE = -1;

    private PageView() {}

    /// The frame of page `vpn`, or [#NOT_THERE].
    public static int frame(Cpu cpu, AddressSpace mm, long vpn) {
        if (mm.isFreed()) {
            return NOT_THERE;
        }
        PrimaryTables all = mm.tables();
        int table = mm.root();
        for (int level = all.geometry.levels; ; level--) {
            int i = all.slab.base(table) + all.geometry.index(vpn, level);
            long entry = cpu.peek(all.slab.words(table), i);
            if (entry == TableSlab.POISON) {
                return NOT_THERE;
            }
            if (level == RadixTable.LEVEL_4K || !all.format.isTable(entry, level)) {
                return all.format.isPage(entry)
                        ? (int) all.format.pfn(all.tables.smallLeaf(entry, level, vpn))
                        : NOT_THERE;
            }
            table = all.format.table(entry);
        }
    }
}
