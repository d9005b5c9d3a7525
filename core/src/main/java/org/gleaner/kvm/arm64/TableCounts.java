package org.gleaner.kvm.arm64;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;

/// How many entries of each table are not free: the part of the reference count of a table's page
/// that the second stage uses to know when a table is empty.
///
/// | word | writer | mode | reader | mode | what it carries |
/// |---|---|---|---|---|---|
/// | `counts[t]` | break and make, `mmu_lock` read | full | unmap, `mmu_lock` write | acquire | the lock |
/// | `chunks[c]` | first user | CAS | others | acquire | zeroes |
final class TableCounts {
    private static final int SHIFT = 10;
    private static final int MASK = (1 << SHIFT) - 1;

    private final AtomicReferenceArray<long[]> chunks;

    TableCounts(int tables) {
        chunks = new AtomicReferenceArray<>((tables >>> SHIFT) + 1);
    }

    /// An entry of `table` ceased to be free, or became so.
    void add(Cpu cpu, int table, int delta) {
        cpu.only(MemoryOrder.PLAIN);
        long before = cpu.fetchAdd(chunk(table), table & MASK, delta);
        assert before + delta >= 0 : "table " + table + " has fewer entries than none";
    }

    boolean isEmpty(Cpu cpu, int table) {
        return cpu.load(chunk(table), table & MASK) == 0;
    }

    /// The table is given back; whoever has it next starts from nothing.
    void clear(Cpu cpu, int table) {
        cpu.store(chunk(table), table & MASK, 0);
    }

    private long[] chunk(int table) {
        int i = table >>> SHIFT;
        long[] chunk = chunks.getAcquire(i);
        if (chunk != null) {
            return chunk;
        }
        chunks.compareAndSet(i, null, new long[1 << SHIFT]);
        return chunks.getAcquire(i);
    }
}
