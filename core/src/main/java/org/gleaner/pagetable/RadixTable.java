package org.gleaner.pagetable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;

/// Radix trees of one shape ([Geometry]) in one format over one slab: where an entry is.
///
/// A tree is the id of its root table; any number of trees may share a `RadixTable`. Keys are page
/// numbers: gfns in secondary tables, virtual page numbers in primary ones. A table
/// entry holds the id of its child in the address field, so an entry says all there is to know
/// about what lies below it.
///
/// ## Reading without locks
///
/// A descent reads each entry once, by an acquire load, and goes on from what it read. Whoever
/// links a table has filled it before (release, see `Spte`), so the descent sees a complete table;
/// whoever unlinks one must let an RCU grace period pass before it is freed, and whoever descends
/// without a lock must be in a read section. What a descent finds may be stale when it returns: act
/// on it by compare-and-swap.
///
/// Descents go by [Cpu#peek]: no steps in virtual time, where they see the state of the last step
/// (call [Cpu#step] first, or read the entry that was found again by [Cpu#load], where order
/// matters); steps like any other to an exploring engine.
public final class RadixTable {
    /// The levels of leaves, named as where pages have 4 KiB: a page, a table of them (32 MiB where
    /// they have 16, 512 MiB where they have 64), and a table of those.
    public static final int LEVEL_4K = 1;

    public static final int LEVEL_2M = 2;
    public static final int LEVEL_1G = 3;

    private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);

    /// In an answer of [#leafAt]: above every slot, and below the sign.
    private static final int LEVEL_SHIFT = 61;

    public final TableSlab slab;
    public final EntryFormat format;
    public final Geometry geometry;

    private final long tableMask;
    private final long tableValue;
    private final long address;
    private final int shift;
    private final int levels;

    /// Of the index in a level-1 table.
    private final int last;

    private final RecentTables recent;

    public RadixTable(TableSlab slab, EntryFormat format) {
        this.slab = slab;
        this.format = format;
        tableMask = format.tableMask;
        shift = format.addressShift;
        address = format.address;
        tableValue = format.tableValue;
        geometry = slab.geometry;
        levels = geometry.levels;
        last = geometry.entries(LEVEL_4K) - 1;
        recent = new RecentTables(geometry.shift(LEVEL_2M));
    }

    /// A new tree without entries.
    public int newRoot(Cpu cpu) {
        return slab.allocateRoot(cpu, format.empty);
    }

    /// Where the page of `key` is mapped, or would be: the level-1 entry, or the huge leaf that
    /// covers it; [#slotOf] and [#levelOf] take the answer apart. Negative if there is neither.
    ///
    /// For a level-1 entry the answer is the slot itself, so that the common case needs no more
    /// than a test.
    public long leafAt(Cpu cpu, int root, long key) {
        int known = cpu.peeksFreely() ? recent.find(root, key) : -1;
        if (known >= 0) {
            return slab.slot(known, (int) key & last);
        }
        long[][] chunks = slab.chunks;
        long mask = tableMask;
        long value = tableValue;
        int table = root;
        for (int level = levels; level > LEVEL_4K; level--) {
            long entry = peek(cpu, chunks[table >>> slab.chunkShift], offset(table, key, level));
            if ((entry & mask) != value) {
                return leaf(entry, table, key, level);
            }
            table = child(entry);
        }
        remember(cpu, root, key, table);
        return slab.slot(table, (int) key & last);
    }

    /// As [#leafAt], and where nothing is mapped the place of the entry that says so, of whatever
    /// level. Never negative.
    public long placeAt(Cpu cpu, int root, long key) {
        int table = root;
        for (int level = levels; ; level--) {
            long entry = peek(cpu, slab.words(table), offset(table, key, level));
            if (!format.isTable(entry, level)) {
                return slab.slot(table, geometry.index(key, level))
                        | (long) (level - 1) << LEVEL_SHIFT;
            }
            table = child(entry);
        }
    }

    private void remember(Cpu cpu, int root, long key, int table) {
        if (cpu.peeksFreely()) {
            recent.remember(root, key, table);
        }
    }

    /// Somebody has taken a table out of a tree, or is about to free one: to be called before
    /// anybody else may look.
    public void unlinked() {
        recent.forget();
    }

    /// As [EntryFormat#table], from fields that are at hand.
    private int child(long entry) {
        return (int) ((entry & address) >>> shift);
    }

    private long leaf(long entry, int table, long key, int level) {
        return format.isPresent(entry)
                ? slab.slot(table, geometry.index(key, level)) | (long) (level - 1) << LEVEL_SHIFT
                : -1;
    }

    /// The part of a leaf of `level` that maps the page of `key`, as an entry of level 1.
    public long smallLeaf(long leaf, int level, long key) {
        return format.smallLeaf(leaf, level, key & geometry.pages(level) - 1);
    }

    /// The slot (see [TableSlab#slot]) in an answer of [#leafAt].
    public static long slotOf(long found) {
        return found & (1L << LEVEL_SHIFT) - 1;
    }

    /// The level of the entry in an answer of [#leafAt].
    public static int levelOf(long found) {
        return (int) (found >>> LEVEL_SHIFT) + 1;
    }

    /// Moves `walk` to the entry where the descent to `key` ends: a leaf of any level, or an entry
    /// that is not present. Returns that entry.
    public long find(Cpu cpu, Walk walk, int root, long key) {
        int known = cpu.peeksFreely() ? recent.find(root, key) : -1;
        return known >= 0 ? at(cpu, walk, known, key) : descend(cpu, walk, root, key);
    }

    private long at(Cpu cpu, Walk walk, int table, long key) {
        long[] words = slab.words(table);
        int i = offset(table, key, LEVEL_4K);
        long entry = peek(cpu, words, i);
        walk.set(words, i, table, LEVEL_4K, entry);
        return entry;
    }

    private long descend(Cpu cpu, Walk walk, int root, long key) {
        long[][] chunks = slab.chunks;
        long mask = tableMask;
        long value = tableValue;
        int table = root;
        for (int level = levels; ; level--) {
            long[] words = chunks[table >>> slab.chunkShift];
            int i = offset(table, key, level);
            long entry = peek(cpu, words, i);
            if (level == LEVEL_4K || (entry & mask) != value) {
                walk.set(words, i, table, level, entry);
                return entry;
            }
            table = child(entry);
            if (level == LEVEL_2M) {
                remember(cpu, root, key, table);
            }
        }
    }

    /// Reads an entry on the way down, ordered before whatever is reached through it.
    public static long peek(Cpu cpu, long[] words, int i) {
        cpu.only(MemoryOrder.DEPENDENT);
        long entry = cpu.peek(words, i);
        assert entry != TableSlab.POISON : "I6: a walk reads a freed table";
        return entry;
    }

    /// Reads an entry that was declared as read with others, see [Cpu#reads(long[], int, int)].
    static long read(long[] words, int i) {
        return (long) ENTRY.getAcquire(words, i);
    }

    private int offset(int table, long key, int level) {
        return slab.base(table) | geometry.index(key, level);
    }

    /// Counts `table` and all tables below it. For trees at rest.
    ///
    /// @param level of the entries in `table`; [Geometry#levels] for a root
    public int count(int table, int level) {
        int count = level == levels ? geometry.rootTables : 1;
        if (level > LEVEL_4K) {
            long[] words = slab.words(table);
            int base = slab.base(table);
            for (int i = base; i < base + geometry.entries(level); i++) {
                long entry = read(words, i);
                if ((entry & tableMask) == tableValue) {
                    count += count(format.table(entry), level - 1);
                }
            }
        }
        return count;
    }

    /// Frees `table` and all tables below it, at once. For trees that no walker can reach any more.
    ///
    /// @param level of the entries in `table`; [Geometry#levels] for a root
    public void freeTree(Cpu cpu, int table, int level) {
        unlinked();
        freeBelow(cpu, table, level);
    }

    private void freeBelow(Cpu cpu, int table, int level) {
        if (level > LEVEL_4K) {
            long[] words = slab.words(table);
            int base = slab.base(table);
            for (int i = base; i < base + geometry.entries(level); i++) {
                long entry = peek(cpu, words, i);
                if ((entry & tableMask) == tableValue) {
                    freeBelow(cpu, format.table(entry), level - 1);
                }
            }
        }
        if (level == levels) {
            slab.freeRoot(cpu, table);
        } else {
            slab.free(cpu, table);
        }
    }
}
