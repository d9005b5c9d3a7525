package org.gleaner.pagetable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Racy;
import org.gleaner.machine.Word;

/// Page-table pages of 512 entries, allocated from slabs and reused after free.
///
/// A table is a small int. Its words are `words(table)[base(table) + i]`; a chunk is shared by 4
/// tables, so a table costs 4 KiB and hardly anything else. At 16 KiB a chunk is a small object to
/// every collector: G1 rounds an object of half a region or more up to whole regions, of 1 to 32
/// MiB, and an array of 2^k bytes has a header on top. Free tables form a stack whose head carries
/// a tag against ABA. Because tables are reused at once, whoever walks without a lock needs an RCU
/// read section, and whoever unlinks a table must let a grace period pass before [#free].
///
/// A free table is filled with [#POISON], so that a walker that broke the rule reads an entry that
/// no format can produce; the fill also is the reset of its accessed bits.
///
/// ## Ordering
///
/// | word | writer | mode | reader | mode | what it carries |
/// |---|---|---|---|---|---|
/// | `free` | free, allocate | full | allocate | acquire | the poisoned table, its `next` |
/// | `next[t]` | free | plain, before that | allocate | plain | nothing by itself |
/// | `next[n]`, `chunks[c]` | first carver there, in this order | CAS | other carvers | acquire | the zeroed arrays |
/// | `chunks[c]` | the same | plain | walkers | plain | the array, filled |
///
/// A `next` that is read too early or too late does no harm: the tag makes the compare-and-swap
/// after it fail. Walkers need no ordered read of `chunks`, because nobody knows the id of a table
/// before its chunk is there: whoever links the table releases the entry that says so, and walkers
/// acquire that entry. Making a chunk is the host's affair, not the modelled machine's: carvers
/// that race each make one, and all but the first throw theirs away.
public final class TableSlab {
    /// Entries per table.
    public static final int ENTRIES = 512;

    /// No table: all are in use.
    public static final int FULL = -1;

    /// Tables that a slab can have: 1 TiB of them.
    public static final int MOST_TABLES = 1 << 28;

    /// What every entry of a free table reads.
    public static final long POISON = 0xdead_7ab1_e000_0a5aL;

    private static final VarHandle CHUNK = MethodHandles.arrayElementVarHandle(long[][].class);
    private static final VarHandle NEXT = MethodHandles.arrayElementVarHandle(int[][].class);

    static final int CHUNK_SHIFT = 2;
    static final int CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;
    static final int TABLE_SHIFT = 9;

    private static final int SLOT_SHIFT = CHUNK_SHIFT + TABLE_SHIFT;
    private static final int NONE = 0x7fff_ffff;

    /// Tables whose `next` share an array.
    private static final int NEXT_SHIFT = 10;

    private static final int NEXT_MASK = (1 << NEXT_SHIFT) - 1;

    final long[][] chunks;

    /// By table: the free table below it on the stack.
    @Racy("the tag of the head makes a stale link fail")
    private final int[][] next;

    private final int capacity;

    /// Tag in the upper, top of the stack in the lower 32 bits.
    private final Word free = new Word(NONE);

    /// Tables ever carved from chunks.
    private final Word carved = new Word();

    /// Room for `capacity` tables; memory is taken as tables are used, 16 KiB at a time.
    ///
    /// @throws IllegalArgumentException if that is more than [#MOST_TABLES]
    public TableSlab(int capacity) {
        Capacity.check("page-table pages", capacity, 1, MOST_TABLES);
        int count = capacity + CHUNK_MASK >>> CHUNK_SHIFT;
        chunks = new long[count][];
        next = new int[capacity + NEXT_MASK >>> NEXT_SHIFT][];
        this.capacity = capacity;
    }

    /// The array that holds the entries of `table`.
    public long[] words(int table) {
        return chunks[table >>> CHUNK_SHIFT];
    }

    /// Index of the table's first entry in [#words].
    public int base(int table) {
        return (table & CHUNK_MASK) << TABLE_SHIFT;
    }

    /// Names entry `i` (0 to 511) of `table` in one number, at least 0: what a reverse map keeps.
    public static long slot(int table, int i) {
        return (long) table << TABLE_SHIFT | i;
    }

    /// The array that holds the entry named `slot`.
    public long[] slotWords(long slot) {
        return chunks[(int) (slot >>> SLOT_SHIFT)];
    }

    /// Where in [#slotWords] the entry is.
    public static int slotIndex(long slot) {
        return (int) slot & (1 << SLOT_SHIFT) - 1;
    }

    /// The table that the entry named `slot` is in.
    public static int slotTable(long slot) {
        return (int) (slot >>> TABLE_SHIFT);
    }

    /// Tables that may ever be in use at once.
    public int capacity() {
        return capacity;
    }

    /// Tables that were ever in use, free ones included.
    public int highWater() {
        return (int) carved.snapshot();
    }

    /// Tables allocated and not freed. For reports and tests, when nobody allocates or frees.
    public int inUse() {
        int count = highWater();
        for (int t = (int) free.snapshot(); t != NONE; t = next[t >>> NEXT_SHIFT][t & NEXT_MASK]) {
            count--;
        }
        return count;
    }

    /// A table with every entry equal to `fill`, not yet visible to anyone.
    ///
    /// @throws IllegalStateException if the capacity is used up
    public int allocate(Cpu cpu, long fill) {
        int table = tryAllocate(cpu, fill);
        if (table == FULL) {
            throw new IllegalStateException("page-table slab is full: " + capacity + " tables");
        }
        return table;
    }

    /// As [#allocate], but answers [#FULL] if the capacity is used up: for who can do without.
    public int tryAllocate(Cpu cpu, long fill) {
        int table = pop(cpu);
        if (table != FULL) {
            fill(cpu, table, fill);
        }
        return table;
    }

    /// Takes back a table that no walker can reach any more.
    public void free(Cpu cpu, int table) {
        assert words(table)[base(table)] != POISON : "table " + table + " is freed twice";
        fill(cpu, table, POISON);
        for (; ; ) {
            long head = cpu.load(free);
            next[table >>> NEXT_SHIFT][table & NEXT_MASK] = (int) head;
            long update = ((head >>> 32) + 1 << 32) | table;
            if (cpu.cas(free, head, update)) {
                return;
            }
        }
    }

    private void fill(Cpu cpu, int table, long value) {
        int base = base(table);
        cpu.writes(words(table), base, ENTRIES);
        Arrays.fill(words(table), base, base + ENTRIES, value);
    }

    private int pop(Cpu cpu) {
        for (; ; ) {
            long head = cpu.load(free);
            int top = (int) head;
            if (top == NONE) {
                return carve(cpu);
            }
            int below = next[top >>> NEXT_SHIFT][top & NEXT_MASK];
            long update = ((head >>> 32) + 1 << 32) | below;
            if (cpu.cas(free, head, update)) {
                return top;
            }
        }
    }

    private int carve(Cpu cpu) {
        long table;
        do {
            table = cpu.load(carved);
            if (table >= capacity) {
                return FULL;
            }
        } while (!cpu.cas(carved, table, table + 1));
        int chunk = (int) table >>> CHUNK_SHIFT;
        if (CHUNK.getAcquire(chunks, chunk) == null) {
            provideNext((int) table >>> NEXT_SHIFT);
            int size = Math.min(1 << CHUNK_SHIFT, capacity - (chunk << CHUNK_SHIFT));
            CHUNK.compareAndSet(chunks, chunk, null, new long[size << TABLE_SHIFT]);
        }
        return (int) table;
    }

    private void provideNext(int i) {
        if (NEXT.getAcquire(next, i) == null) {
            NEXT.compareAndSet(next, i, null, new int[1 << NEXT_SHIFT]);
        }
    }
}
