package org.gleaner.mm.pte;

import java.util.Arrays;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;

/// Remembers which level-1 table covers which 2 MiB of one address space, for the loop that runs
/// over a trace: an access that changes nothing then costs two loads and two tests.
///
/// A line holds the entry that points to the level-1 table, accessed bit included. It is compared
/// with the entry in memory on every use, so a table that was replaced, or whose accessed bit was
/// harvested, misses. The levels above are only ever linked while the address space lives, and
/// nobody clears their accessed bits. Belongs to one CPU.
@OneCpu
public final class LeafCache {
    private static final int LINES = 1024;
    private static final PteFormat PTE = PteFormat.X86_64;
    private static final long TABLE_MASK = PTE.present | PteFormat.ACCESSED | PTE.hugeLeaf;
    private static final long QUIET_TABLE = PTE.present | PteFormat.ACCESSED;
    private static final long[] NOWHERE = {0};

    private final PrimaryTables tables;
    private final int root;
    private final long[] tags = new long[LINES];
    private final long[] entries = new long[LINES];
    private final long[][] aboveWords = new long[LINES][];
    private final int[] aboveIndex = new int[LINES];
    private final long[][] leafWords = new long[LINES][];
    private final int[] leafBase = new int[LINES];

    public LeafCache(PrimaryTables tables, int root) {
        this.tables = tables;
        this.root = root;
        Arrays.fill(tags, -1);
        Arrays.fill(aboveWords, NOWHERE);
        Arrays.fill(leafWords, NOWHERE);
    }

    /// Whether an access to `vpn` would find nothing to change. No step: what it reads is as of the
    /// last one.
    public boolean isQuiet(Cpu cpu, long vpn, boolean write) {
        long tag = vpn >>> 9;
        int line = (int) tag & LINES - 1;
        if (tags[line] != tag || cpu.peek(aboveWords[line], aboveIndex[line]) != entries[line]) {
            return isQuietAfterFill(cpu, vpn, write, tag, line);
        }
        long leaf = cpu.peek(leafWords[line], leafBase[line] + ((int) vpn & 511));
        long hit = write ? PTE.writeHit : PTE.readHit;
        return (leaf & hit) == hit;
    }

    private boolean isQuietAfterFill(Cpu cpu, long vpn, boolean write, long tag, int line) {
        if (!tables.isQuiet(cpu, root, vpn, write)) {
            return false;
        }
        Walk walk = new Walk();
        long entry = tables.findAt(cpu, walk, root, vpn, RadixTable.LEVEL_2M);
        if (walk.level == RadixTable.LEVEL_2M && (entry & TABLE_MASK) == QUIET_TABLE) {
            int table = PTE.table(entry);
            tags[line] = tag;
            entries[line] = entry;
            aboveWords[line] = walk.words;
            aboveIndex[line] = walk.index;
            leafWords[line] = tables.slab.words(table);
            leafBase[line] = tables.slab.base(table);
        }
        return true;
    }
}
