package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Racy;
import org.jspecify.annotations.Nullable;

/// Whether a line of leaf entries comes from a cache or from memory when reclaim's walk reads it.
///
/// The leaves of a large guest are larger than caches: 512 MiB for 256 GiB. A walk finds the line
/// in its CPU's cache that it has read last (the page that was aged is unmapped next), and the one
/// after that, which the processor has fetched ahead. So who goes through memory in order waits for
/// none, and who goes by lists that use has put in order waits for each. A fault does not: the
/// processor has just read the entry itself.
///
/// Size is not looked at, for a scaled guest stands for a large one.
///
/// A host has many small guests, and few CPUs walk the tables of one: there is room for some
/// neighbours once the first of them has come.
public final class LeafLines {
    private static final int ENTRIES_SHIFT = 3;
    private static final int NEIGHBOURS_SHIFT = 6;
    private static final int NEIGHBOURS = 1 << NEIGHBOURS_SHIFT;

    @Racy("of two neighbours that come first at once, one may wait for a line once more")
    private final int[] @Nullable [] byNeighbours =
            new int[Engine.MOST_CPUS >>> NEIGHBOURS_SHIFT] @Nullable [];

    /// A walk reads the entry at `slot` of the tables.
    public void read(Cpu cpu, long slot) {
        int line = (int) (slot >>> ENTRIES_SHIFT);
        int[] lastRead = neighboursOf(cpu);
        int at = cpu.id & NEIGHBOURS - 1;
        int ahead = line - lastRead[at];
        if (ahead != 0) {
            lastRead[at] = line;
            if (ahead != 1) {
                cpu.charge(Cost.LEAF_MISS);
            }
        }
    }

    /// The lines that this CPU and its neighbours have read last.
    private int[] neighboursOf(Cpu cpu) {
        int group = cpu.id >>> NEIGHBOURS_SHIFT;
        int[] lastRead = byNeighbours[group];
        if (lastRead == null) {
            lastRead = new int[NEIGHBOURS];
            byNeighbours[group] = lastRead;
        }
        return lastRead;
    }
}
