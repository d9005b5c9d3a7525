package org.gleaner.pagetable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Racy;
import org.gleaner.machine.Word;

/// Page-table pages of one [Geometry], allocated from slabs and reused after free.
///
/// A table is a small int. Its words are `words(table)[base(table) + i]`; a chunk of 16 KiB is
/// shared by 4 tables of 512 entries, so a table costs 4 KiB and hardly anything else. A larger
/// table, and a root of several, has a chunk of its own. At 16 KiB a chunk is a small object to
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
    /// No table: all are in use.
    public static final int FULL = -1;

    /// Tables that a slab can have: 1 TiB of them.
    public static final int MOST_TABLES = 1 << 28;

    /// What every entry of a free table reads.
    public static final long POISON = 0xdead_7ab1_e000_0a5aL;

    private static final VarHandle CHUNK = MethodHandles.arrayElementVarHandle(long[][].class);
    private static final VarHandle NEXT = MethodHandles.arrayElementVarHandle(int[][].class);

    /// Binary logarithm of the words that a chunk has unless one table or root has more.
    private static final int CHUNK_WORDS = 11;

    private static final int NONE = 0x7fff_ffff;

    /// Tables whose `next` share an array.
    private static final int NEXT_SHIFT = 10;

    private static final int NEXT_MASK = (1 << NEXT_SHIFT) - 1;

    /// The shape of the trees that the tables are for.
    public final Geometry geometry;

    final long[][] chunks;
    final int chunkShift;
    final int chunkMask;
    final int tableShift;
    private final int slotShift;
    private final int slotMask;

    /// By table: the free table below it on the stack.
    @Racy("the tag of the head makes a stale link fail")
    private final int[][] next;

    private final int capacity;

    /// Tag in the upper, top of the stack in the lower 32 bits.
    private final Word free = new Word(NONE);

    /// The same of roots that are several tables, each by its first.
    private final Word freeRoots = new Word(NONE);

    /// Tables ever carved from chunks.
    private final Word carved = new Word();

    /// Room for `capacity` tables; memory is taken as tables are used, a chunk at a time.
    ///
    /// @throws IllegalArgumentException if that is more than [#MOST_TABLES]
    public TableSlab(Geometry geometry, int capacity) {
        Capacity.check("page-table pages", capacity, 1, MOST_TABLES);
        this.geometry = geometry;
        tableShift = geometry.tableShift;
        int rootShift = Integer.numberOfTrailingZeros(geometry.rootTables);
        chunkShift = Math.max(Math.max(0, CHUNK_WORDS - tableShift), rootShift);
        chunkMask = (1 << chunkShift) - 1;
        slotShift = chunkShift + tableShift;
        slotMask = (1 << slotShift) - 1;
        int count = capacity + chunkMask >>> chunkShift;
        chunks = new long[count][];
        next = new int[capacity + NEXT_MASK >>> NEXT_SHIFT][];
        this.capacity = capacity;
    }

    /// The array that holds the entries of `table`.
    public long[] words(int table) {
        return chunks[table >>> chunkShift];
    }

    /// Index of the table's first entry in [#words].
    public int base(int table) {
        return (table & chunkMask) << tableShift;
    }

    /// Names entry `i` of `table` in one number, at least 0: what a reverse map keeps.
    public long slot(int table, int i) {
        return (long) table << tableShift | i;
    }

    /// The array that holds the entry named `slot`.
    public long[] slotWords(long slot) {
        return chunks[(int) (slot >>> slotShift)];
    }

    /// Where in [#slotWords] the entry is.
    public int slotIndex(long slot) {
        return (int) slot & slotMask;
    }

    /// The table that the entry named `slot` is in.
    public int slotTable(long slot) {
        return (int) (slot >>> tableShift);
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
        return highWater() - onStack(free) - geometry.rootTables * onStack(freeRoots);
    }

    private int onStack(Word head) {
        int count = 0;
        for (int t = (int) head.snapshot(); t != NONE; t = next[t >>> NEXT_SHIFT][t & NEXT_MASK]) {
            count++;
        }
        return count;
    }

    /// A table with every entry equal to `fill`, not yet visible to anyone.
    ///
    /// @throws IllegalStateException if the capacity is used up
    public int allocate(Cpu cpu, long fill) {
        int table = tryAllocate(cpu, fill);
        if (table == FULL) {
            throw full();
        }
        return table;
    }

    /// As [#allocate], but answers [#FULL] if the capacity is used up: for who can do without.
    public int tryAllocate(Cpu cpu, long fill) {
        int table = pop(cpu, free, 1);
        if (table != FULL) {
            fill(cpu, table, 1, fill);
        }
        return table;
    }

    /// A root, of as many tables as the geometry says; as [#allocate].
    public int allocateRoot(Cpu cpu, long fill) {
        if (geometry.rootTables == 1) {
            return allocate(cpu, fill);
        }
        int root = pop(cpu, freeRoots, geometry.rootTables);
        if (root == FULL) {
            throw full();
        }
        fill(cpu, root, geometry.rootTables, fill);
        return root;
    }

    private IllegalStateException full() {
        return new IllegalStateException("page-table slab is full: " + capacity + " tables");
    }

    /// Takes back a table that no walker can reach any more.
    public void free(Cpu cpu, int table) {
        push(cpu, free, table, 1);
    }

    /// The same with a root.
    public void freeRoot(Cpu cpu, int root) {
        push(cpu, geometry.rootTables == 1 ? free : freeRoots, root, geometry.rootTables);
    }

    private void push(Cpu cpu, Word stack, int table, int tables) {
        fill(cpu, table, tables, POISON);
        for (; ; ) {
            long head = cpu.load(stack);
            next[table >>> NEXT_SHIFT][table & NEXT_MASK] = (int) head;
            long update = ((head >>> 32) + 1 << 32) | table;
            if (cpu.cas(stack, head, update)) {
                return;
            }
        }
    }

    private void fill(Cpu cpu, int table, int tables, long value) {
        int base = base(table);
        int words = tables << tableShift;
        cpu.writes(words(table), base, words);
        assert value != POISON || words(table)[base] != POISON
                : "table " + table + " is freed twice";
        Arrays.fill(words(table), base, base + words, value);
    }

    private int pop(Cpu cpu, Word stack, int tables) {
        for (; ; ) {
            long head = cpu.load(stack);
            int top = (int) head;
            if (top == NONE) {
                return carve(cpu, tables);
            }
            int below = next[top >>> NEXT_SHIFT][top & NEXT_MASK];
            long update = ((head >>> 32) + 1 << 32) | below;
            if (cpu.cas(stack, head, update)) {
                return top;
            }
        }
    }

    /// Tables that were never used, aligned to their number; those passed over are freed.
    private int carve(Cpu cpu, int tables) {
        long from;
        long table;
        do {
            from = cpu.load(carved);
            table = from + tables - 1 & -tables;
            if (table + tables > capacity) {
                return FULL;
            }
        } while (!cpu.cas(carved, from, table + tables));
        for (int passed = (int) from; passed <= table; passed++) {
            provide(passed);
            if (passed < table) {
                push(cpu, free, passed, 1);
            }
        }
        return (int) table;
    }

    private void provide(int table) {
        int chunk = table >>> chunkShift;
        if (CHUNK.getAcquire(chunks, chunk) == null) {
            provideNext(table >>> NEXT_SHIFT);
            int size = Math.min(1 << chunkShift, capacity - (chunk << chunkShift));
            CHUNK.compareAndSet(chunks, chunk, null, new long[size << tableShift]);
        }
    }

    private void provideNext(int i) {
        if (NEXT.getAcquire(next, i) == null) {
            NEXT.compareAndSet(next, i, null, new int[1 << NEXT_SHIFT]);
        }
    }
}
