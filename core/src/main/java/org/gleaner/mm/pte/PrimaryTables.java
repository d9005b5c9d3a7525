package org.gleaner.mm.pte;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Racy;
import org.gleaner.mm.memcg.TableCharge;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// The host's page tables: radix trees of [PteFormat] entries, and one lock per table.
///
/// A table is paid for before it is linked. For each huge leaf one is *deposited* with the place
/// that the leaf stands in (`pgtable_trans_huge_deposit`): who takes the leaf apart has a table at
/// hand then, and cannot fail for want of one.
///
/// A table that was linked and gave way to a huge leaf stays with its place as long as the address
/// space lives: a walker that stands in it still finds entries of its own page there, none now.
/// (The kernel frees such a table once all CPUs have answered an interrupt.)
///
/// Who holds the lock of a level-1 table may change its entries; hardware changes A and D all the
/// same (see [Pte]). Tables are only ever linked while their address space lives, by
/// compare-and-swap on an empty entry, so a walk needs neither a lock nor a read section to get to
/// a table of a live address space; what keeps that alive meanwhile is the address space's affair.
/// [#free] is for its end.
public final class PrimaryTables {
    public final TableSlab slab;
    public final RadixTable tables;
    public final Geometry geometry;

    public final PteFormat format;

    private final boolean setsFlags;
    private final long quietTable;
    private final long quietTableMask;

    /// By table id; made when first asked for, and kept when the table is reused.
    private final AtomicReferenceArray<TableState> states;

    /// What there is of a table besides its entries (`struct ptdesc`).
    private static final class TableState {
        final QueuedSpinLock lock = new QueuedSpinLock(LockClass.PTE_LOCK);

        /// By entry of this table: the table that is deposited with it. Null before the first is.
        /// Changes under this table's lock.
        @Racy("one that is found missing is asked for again under the lock")
        int @Nullable [] deposits;

        /// Was in use where it is deposited now.
        @Guarded("ptlock")
        boolean wasLinked;
    }

    private static final int NO_TABLE = -1;
    private static final int[] NOTHING = {};

    /// Tables of a host.
    ///
    /// @param setsFlags whether the processor sets accessed and dirty bits by itself
    public PrimaryTables(PteFormat format, TableSlab slab, boolean setsFlags) {
        this.format = format;
        this.setsFlags = setsFlags;
        quietTable = format.present | format.accessed | format.notHuge;
        quietTableMask = quietTable | format.hugeLeaf;
        this.slab = slab;
        states = new AtomicReferenceArray<>(slab.capacity());
        tables = new RadixTable(slab, format);
        geometry = slab.geometry;
    }

    /// An address space without mappings.
    ///
    /// @throws IllegalStateException if the slab is full
    public int newRoot(Cpu cpu) {
        return tables.newRoot(cpu);
    }

    /// Gives back a tree that nobody can reach any more, root and all (`free_pgtables`,
    /// `pgd_free`). It has no huge leaf then; what is deposited in it was linked once.
    public void free(Cpu cpu, int root) {
        freeDeposits(cpu, root, geometry.levels);
        tables.freeTree(cpu, root, geometry.levels);
    }

    private void freeDeposits(Cpu cpu, int table, int level) {
        if (level > RadixTable.LEVEL_2M) {
            int base = slab.base(table);
            for (int i = base; i < base + geometry.entries(level); i++) {
                long entry = slab.words(table)[i];
                if (format.isTable(entry, level)) {
                    freeDeposits(cpu, format.table(entry), level - 1);
                }
            }
            return;
        }
        int[] deposits = deposits(table);
        for (int i = 0; i < deposits.length; i++) {
            if (deposits[i] != NO_TABLE) {
                slab.free(cpu, deposits[i]);
                deposits[i] = NO_TABLE;
            }
        }
    }

    private int[] deposits(int table) {
        TableState state = states.getAcquire(table);
        int[] deposits = state == null ? null : state.deposits;
        return deposits == null ? NOTHING : deposits;
    }

    /// Tables of a tree, the root and those deposited included. For trees at rest.
    public int count(int root) {
        return count(root, geometry.levels);
    }

    private int count(int table, int level) {
        int count = level == geometry.levels ? geometry.rootTables : 1;
        for (int i = slab.base(table);
                level > 1 && i < slab.base(table) + geometry.entries(level);
                i++) {
            long entry = slab.words(table)[i];
            if (format.isTable(entry, level)) {
                count += count(format.table(entry), level - 1);
            }
        }
        for (int deposit : level == RadixTable.LEVEL_2M ? deposits(table) : NOTHING) {
            count += deposit == NO_TABLE ? 0 : 1;
        }
        return count;
    }

    /// As [RadixTable#find]: moves `walk` to the level-1 entry of `vpn`, or to the entry above
    /// where the descent ends because nothing or a huge leaf is there.
    public long find(Cpu cpu, Walk walk, int root, long vpn) {
        return tables.find(cpu, walk, root, vpn);
    }

    /// Moves `walk` to the entry of `vpn` at `level`, linking the tables that are missing on the
    /// way (`pmd_alloc`, `pte_alloc`). Ends higher up if a huge leaf is there, or at an empty entry
    /// if no table is left to link or to be paid, which `walk.level` tells. Returns the entry. May
    /// reclaim.
    public long allocate(Cpu cpu, Walk walk, int root, long vpn, int level, TableCharge charge) {
        int table = root;
        for (int at = geometry.levels; ; at--) {
            long[] words = slab.words(table);
            int i = slab.base(table) + geometry.index(vpn, at);
            long entry = RadixTable.peek(cpu, words, i);
            if (at > level && format.isNone(entry)) {
                entry = link(cpu, table, i, charge);
            }
            if (at == level || !format.isTable(entry, at)) {
                walk.set(words, i, table, at, entry);
                return entry;
            }
            table = format.table(entry);
        }
    }

    /// One access by a CPU that has no translation cached: sets A in each table entry on the way
    /// and A, and D for a write, in the leaf, or faults if the processor does not set them. Returns
    /// [HardwareWalk#HIT] or the fault; leaves `walk` where the descent ended.
    public int touch(Cpu cpu, Walk walk, int root, long vpn, int access) {
        int table = root;
        int level = geometry.levels;
        for (; ; ) {
            long[] words = slab.words(table);
            int i = slab.base(table) + geometry.index(vpn, level);
            long entry = RadixTable.peek(cpu, words, i);
            if (!format.isTable(entry, level)) {
                walk.set(words, i, table, level, entry);
                if (!setsFlags && format.permits(entry, access) && !isHit(entry, access)) {
                    return HardwareWalk.FAULT_PROTECTION;
                }
                int result = HardwareWalk.touch(cpu, format, words, i, level, access);
                if (result == HardwareWalk.TABLE) {
                    continue;
                }
                return result;
            }
            if (format.isAccessed(entry) || cpu.cas(words, i, entry, format.young(entry))) {
                table = format.table(entry);
                level--;
            }
        }
    }

    /// Moves `walk` to the entry of `vpn` at `level`, a table's or a huge leaf's; or to where the
    /// descent ends above it.
    public long findAt(Cpu cpu, Walk walk, int root, long vpn, int level) {
        int table = root;
        for (int at = geometry.levels; ; at--) {
            long[] words = slab.words(table);
            int i = slab.base(table) + geometry.index(vpn, at);
            long entry = RadixTable.peek(cpu, words, i);
            if (at == level || !format.isTable(entry, at)) {
                walk.set(words, i, table, at, entry);
                return entry;
            }
            table = format.table(entry);
        }
    }

    /// Whether an access would find nothing to change: every table entry on the way accessed, the
    /// leaf too, and for a write writable and dirty. No step: what it reads is as of the last one.
    public boolean isQuiet(Cpu cpu, int root, long vpn, boolean write) {
        int table = root;
        for (int at = geometry.levels; at > RadixTable.LEVEL_4K; at--) {
            long entry =
                    RadixTable.peek(
                            cpu, slab.words(table), slab.base(table) + geometry.index(vpn, at));
            if ((entry & quietTableMask) != quietTable) {
                return false;
            }
            table = format.table(entry);
        }
        long leaf =
                RadixTable.peek(cpu, slab.words(table), slab.base(table) + geometry.index(vpn, 1));
        return isHit(leaf, write ? EntryFormat.WRITE : EntryFormat.READ);
    }

    private boolean isHit(long leaf, int access) {
        long hit = access == EntryFormat.WRITE ? format.writeHit : format.readHit;
        return ((leaf ^ format.inverted) & hit) == hit;
    }

    /// The lock of `table` (`pte_lockptr`, `pmd_lockptr`).
    public QueuedSpinLock lock(int table) {
        return state(table).lock;
    }

    private TableState state(int table) {
        TableState state = states.getAcquire(table);
        if (state != null) {
            return state;
        }
        TableState made = new TableState();
        TableState other = states.compareAndExchange(table, null, made);
        return other != null ? other : made;
    }

    // --- deposits ----------------------------------------------------------------------------

    /// An empty table, paid and linked nowhere, or [TableSlab#FULL] (`pte_alloc_one`). May reclaim.
    public int allocateOne(Cpu cpu, TableCharge charge) {
        if (!charge.pay(cpu)) {
            return TableSlab.FULL;
        }
        int table = slab.tryAllocate(cpu, PteFormat.NONE);
        if (table == TableSlab.FULL) {
            charge.refund(cpu, 1);
            return table;
        }
        TableState state = states.getAcquire(table);
        if (state != null) {
            state.wasLinked = false;
        }
        return table;
    }

    /// Frees a table that was never linked, or is withdrawn.
    public void freeOne(Cpu cpu, int table, TableCharge charge) {
        slab.free(cpu, table);
        charge.refund(cpu, 1);
    }

    /// Lays an empty table by for the huge leaf at `at`, whose lock is held; false if there is one
    /// already, which was in use there before.
    public boolean deposit(Walk at, int table) {
        TableState parent = state(at.table);
        int[] deposits = parent.deposits;
        if (deposits == null) {
            deposits = new int[geometry.entries(RadixTable.LEVEL_2M)];
            Arrays.fill(deposits, NO_TABLE);
            parent.deposits = deposits;
        }
        int i = at.index - slab.base(at.table);
        if (deposits[i] != NO_TABLE) {
            return false;
        }
        deposits[i] = table;
        return true;
    }

    /// Takes the table back that was laid by for the huge leaf at `at`, whose lock is held.
    public int withdraw(Walk at) {
        int[] deposits = deposits(at.table);
        int i = at.index - slab.base(at.table);
        assert deposits.length > 0 && deposits[i] != NO_TABLE
                : "table " + at.table + " has a huge leaf without a deposit";
        int table = deposits[i];
        deposits[i] = NO_TABLE;
        return table;
    }

    /// Lays the table by that a huge leaf has taken the place of, at `at`, whose lock is held. It
    /// is empty.
    public void retire(Walk at, int table) {
        state(table).wasLinked = true;
        boolean free = deposit(at, table);
        assert free : "two tables for one place in table " + at.table;
    }

    /// The huge leaf at `at` is gone, whose lock is held: frees its table unless that was in use
    /// there before.
    public void forfeit(Cpu cpu, Walk at, TableCharge charge) {
        int table = withdraw(at);
        if (state(table).wasLinked) {
            deposit(at, table);
        } else {
            freeOne(cpu, table, charge);
        }
    }

    /// Links the table that was in use there before into an empty entry.
    private long relink(Cpu cpu, int parent, int i, int[] deposits) {
        int at = i - slab.base(parent);
        lock(parent).lock(cpu);
        long entry = cpu.load(slab.words(parent), i);
        if (format.isNone(entry) && deposits[at] != NO_TABLE) {
            entry = format.makeTable(deposits[at]);
            deposits[at] = NO_TABLE;
            Pte.set(cpu, slab.words(parent), i, entry);
        }
        lock(parent).unlock(cpu);
        return entry;
    }

    /// Links a fresh table into an empty entry and returns the entry, somebody else's if that was
    /// faster; an empty one if there is no table.
    private long link(Cpu cpu, int parent, int i, TableCharge charge) {
        int[] deposits = deposits(parent);
        if (deposits.length > 0 && deposits[i - slab.base(parent)] != NO_TABLE) {
            return relink(cpu, parent, i, deposits);
        }
        long[] words = slab.words(parent);
        int child = allocateOne(cpu, charge);
        if (child == TableSlab.FULL) {
            return PteFormat.NONE;
        }
        long entry = format.makeTable(child);
        if (cpu.cas(words, i, PteFormat.NONE, entry)) {
            return entry;
        }
        freeOne(cpu, child, charge);
        return cpu.load(words, i);
    }
}
