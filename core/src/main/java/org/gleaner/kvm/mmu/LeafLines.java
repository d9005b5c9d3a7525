package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.OneCpu;

/// Whether a line of leaf entries comes from a cache or from memory when reclaim's walk reads it.
///
/// The leaves of a large guest are larger than caches: 512 MiB for 256 GiB. A walk finds the line
/// in its CPU's cache that it has read last (the page that was aged is unmapped next), and the one
/// after that, which the processor has fetched ahead. So who goes through memory in order waits for
/// none, and who goes by lists that use has put in order waits for each. A fault does not: the
/// processor has just read the entry itself.
///
/// Size is not looked at, for a scaled guest stands for a large one.
@OneCpu
public final class LeafLines {
    private static final int ENTRIES_SHIFT = 3;

    private final int[] lastRead = new int[Engine.MOST_CPUS];

    /// A walk reads the entry at `slot` of the tables.
    public void read(Cpu cpu, long slot) {
        int line = (int) (slot >>> ENTRIES_SHIFT);
        int ahead = line - lastRead[cpu.id];
        if (ahead != 0) {
            lastRead[cpu.id] = line;
            if (ahead != 1) {
                cpu.charge(Cost.LEAF_MISS);
            }
        }
    }
}
