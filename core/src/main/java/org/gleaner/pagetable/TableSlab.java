package org.gleaner.pagetable;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;

/// Page-table pages of 512 entries, allocated from slabs and reused after free.
///
/// A table is a small int. Its words are `words(table)[base(table) + i]`; slabs are shared by 64 tables,
/// so a table costs 4 KiB and nothing else. Free tables form a stack whose head carries a tag against
/// ABA. Because tables are reused at once, whoever walks without a lock needs an RCU read section, and
/// whoever unlinks a table must let a grace period pass before [#free].
///
/// A free table is filled with [#POISON], so that a walker that broke the rule reads an entry that no
/// format can produce; the fill also is the reset of its accessed bits.
public final class TableSlab {
    /// Entries per table.
    public static final int ENTRIES = 512;

    /// What every entry of a free table reads.
    public static final long POISON = 0xdead_7ab1_e000_0a5aL;

    private static final int TABLES_PER_CHUNK = 64;
    private static final int NONE = 0x7fff_ffff;

    private final long[][] chunks;
    private final int[][] next;

    /// Tag in the upper, top of the stack in the lower 32 bits.
    private final Word free = new Word(NONE);

    /// Tables ever carved from chunks.
    private final Word carved = new Word();

    /// Chunks that exist; the carver of a chunk's first table makes it, the others wait.
    private final Word chunksMade = new Word();

    /// Room for at most `capacity` tables; memory is taken as tables are used.
    public TableSlab(int capacity) {
        int count = (capacity + TABLES_PER_CHUNK - 1) / TABLES_PER_CHUNK;
        chunks = new long[count][];
        next = new int[count][];
    }

    /// The array that holds the entries of `table`.
    public long[] words(int table) {
        return chunks[table >>> 6];
    }

    /// Index of the table's first entry in [#words].
    public int base(int table) {
        return (table & 63) << 9;
    }

    /// Tables that were ever in use, free ones included.
    public int highWater() {
        return (int) carved.snapshot();
    }

    /// A table with every entry equal to `fill`, not yet visible to anyone.
    ///
    /// @throws IllegalStateException if the capacity is used up
    public int allocate(Cpu cpu, long fill) {
        int table = pop(cpu);
        long[] words = words(table);
        int base = base(table);
        java.util.Arrays.fill(words, base, base + ENTRIES, fill);
        return table;
    }

    /// Takes back a table that no walker can reach any more.
    public void free(Cpu cpu, int table) {
        long[] words = words(table);
        int base = base(table);
        java.util.Arrays.fill(words, base, base + ENTRIES, POISON);
        for (; ; ) {
            long head = cpu.load(free);
            next[table >>> 6][table & 63] = (int) head;
            long update = ((head >>> 32) + 1 << 32) | table;
            if (cpu.cas(free, head, update)) {
                return;
            }
        }
    }

    private int pop(Cpu cpu) {
        for (; ; ) {
            long head = cpu.load(free);
            int top = (int) head;
            if (top == NONE) {
                return carve(cpu);
            }
            long update = ((head >>> 32) + 1 << 32) | (next[top >>> 6][top & 63] & 0xffff_ffffL);
            if (cpu.cas(free, head, update)) {
                return top;
            }
        }
    }

    private int carve(Cpu cpu) {
        int table = (int) cpu.fetchAdd(carved, 1);
        int chunk = table >>> 6;
        if (chunk >= chunks.length) {
            throw new IllegalStateException("page-table slab is full: " + chunks.length * TABLES_PER_CHUNK + " tables");
        }
        if ((table & 63) == 0) {
            next[chunk] = new int[TABLES_PER_CHUNK];
            chunks[chunk] = new long[TABLES_PER_CHUNK * ENTRIES];
            cpu.await(chunksMade, -1, chunk);
            cpu.store(chunksMade, chunk + 1);
        } else {
            long made = cpu.load(chunksMade);
            while (made <= chunk) {
                made = cpu.awaitChange(chunksMade, made);
            }
        }
        return table;
    }
}
