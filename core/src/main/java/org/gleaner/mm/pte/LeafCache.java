package org.gleaner.mm.pte;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;

/// Remembers which level-2 table covers which GiB (or whatever one such table covers) of one
/// address space, for the loop that runs over a trace: an access that changes nothing then costs
/// three loads and three tests.
///
/// The entry that points to the level-1 table is read on every use, so a table that was linked
/// since, or whose accessed bit was harvested, is seen as it is. The levels above are only ever
/// linked while the address space lives, and nobody clears their accessed bits. Belongs to one CPU.
@OneCpu
public final class LeafCache {
    /// Page number of an access.
    private static final int PAGE = 0x7fff_ffff;

    private static final int LINES = 64;
    private static final long NOWHERE = -1;
    private final PrimaryTables tables;
    private final int root;
    private final int gibShift;
    private final int upperShift;
    private final int upperMask;
    private final int leafMask;
    private final Walk walk = new Walk();

    /// By line: the GiB, and the array and the place in it where its level-2 table begins.
    private final long[] gibs = new long[LINES];

    private final long[][] words = new long[LINES][0];
    private final int[] base = new int[LINES];

    public LeafCache(PrimaryTables tables, int root) {
        this.tables = tables;
        this.root = root;
        Geometry geometry = tables.geometry;
        gibShift = geometry.shift(RadixTable.LEVEL_1G);
        upperShift = geometry.shift(RadixTable.LEVEL_2M);
        upperMask = geometry.entries(RadixTable.LEVEL_2M) - 1;
        leafMask = geometry.entries(RadixTable.LEVEL_4K) - 1;
        Arrays.fill(gibs, NOWHERE);
    }

    /// How far from `from` on, below `end`, accesses to the region at `start` would find nothing to
    /// change; page in bits 0 to 30, write in bit 31. No step: what it reads is as of the last one.
    /// What a write asks for beyond a read is masked in: traces mix the two, and a branch on which
    /// it is would be foretold badly.
    public int quiet(Cpu cpu, long start, int[] accesses, int from, int end) {
        TableSlab slab = tables.slab;
        PteFormat format = tables.format;
        long read = format.readHit;
        long more = format.writeHit & ~read;
        long inverted = format.inverted;
        long quietTable = format.present | format.accessed | format.notHuge;
        long tableMask = quietTable | format.hugeLeaf;
        long address = format.address;
        int addressShift = format.addressShift;
        long gib = NOWHERE;
        long[] above = {};
        int first = 0;
        int at = from;
        for (; at < end; at++) {
            int access = accesses[at];
            long vpn = start + (access & PAGE);
            if (vpn >>> gibShift != gib) {
                gib = vpn >>> gibShift;
                int line = (int) gib & LINES - 1;
                if (gibs[line] != gib && !fill(cpu, vpn, access < 0, line)) {
                    break;
                }
                above = words[line];
                first = base[line];
            }
            long entry = cpu.peek(above, first + ((int) (vpn >>> upperShift) & upperMask));
            if ((entry & tableMask) != quietTable) {
                break;
            }
            int table = (int) ((entry & address) >>> addressShift);
            long leaf = cpu.peek(slab.words(table), slab.base(table) + ((int) vpn & leafMask));
            long hit = read | (access >> 31 & more);
            if (((leaf ^ inverted) & hit) != hit) {
                break;
            }
        }
        return at;
    }

    /// Finds the level-2 table of an access that changes nothing, on no level; false if it would.
    private boolean fill(Cpu cpu, long vpn, boolean write, int line) {
        if (!tables.isQuiet(cpu, root, vpn, write)) {
            return false;
        }
        tables.findAt(cpu, walk, root, vpn, RadixTable.LEVEL_2M);
        gibs[line] = vpn >>> gibShift;
        words[line] = walk.words;
        base[line] = tables.slab.base(walk.table);
        return true;
    }
}
