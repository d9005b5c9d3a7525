package org.gleaner.mm.pte;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.gleaner.pagetable.Walk;

/// The host's page tables: radix trees of [PteFormat] entries, and one lock per table.
///
/// Who holds the lock of a level-1 table may change its entries; hardware changes A and D all the
/// same (see [Pte]). Tables are only ever linked while their address space lives, by
/// compare-and-swap on an empty entry, so a walk needs neither a lock nor a read section to get to
/// a table of a live address space; what keeps that alive meanwhile is the address space's affair.
/// [#free] is for its end.
public final class PrimaryTables {
    public final TableSlab slab;
    public final RadixTable tables;

    private final PteFormat pte = PteFormat.X86_64;

    /// By table id; made when first asked for, and kept when the table is reused.
    private final AtomicReferenceArray<QueuedSpinLock> locks;

    public PrimaryTables(TableSlab slab) {
        this.slab = slab;
        locks = new AtomicReferenceArray<>(slab.capacity());
        tables = new RadixTable(slab, pte);
    }

    /// An address space without mappings.
    ///
    /// @throws IllegalStateException if the slab is full
    public int newRoot(Cpu cpu) {
        return tables.newRoot(cpu);
    }

    /// Gives back a tree that nobody can reach any more, root and all (`free_pgtables`,
    /// `pgd_free`).
    public void free(Cpu cpu, int root) {
        tables.freeTree(cpu, root, RadixTable.ROOT_LEVEL);
    }

    /// Tables of a tree, the root included.
    public int count(int root) {
        return tables.count(root, RadixTable.ROOT_LEVEL);
    }

    /// As [RadixTable#find]: moves `walk` to the level-1 entry of `vpn`, or to the entry above
    /// where the descent ends because nothing or a huge leaf is there.
    public long find(Cpu cpu, Walk walk, int root, long vpn) {
        return tables.find(cpu, walk, root, vpn);
    }

    /// Moves `walk` to the entry of `vpn` at `level`, linking the tables that are missing on the
    /// way (`pmd_alloc`, `pte_alloc`). Ends higher up if a huge leaf is there, or at an empty entry
    /// if no table is left to link, which `walk.level` tells. Returns the entry.
    public long allocate(Cpu cpu, Walk walk, int root, long vpn, int level) {
        int table = root;
        for (int at = RadixTable.ROOT_LEVEL; ; at--) {
            long[] words = slab.words(table);
            int i = slab.base(table) + RadixTable.index(vpn, at);
            long entry = RadixTable.peek(cpu, words, i);
            if (at > level && pte.isNone(entry)) {
                entry = link(cpu, words, i);
            }
            if (at == level || !pte.isTable(entry, at)) {
                walk.set(words, i, table, at, entry);
                return entry;
            }
            table = pte.table(entry);
        }
    }

    /// One access by a CPU that has no translation cached: sets A in each table entry on the way
    /// and A, and D for a write, in the leaf. Returns [HardwareWalk#HIT] or the fault; leaves
    /// `walk` where the descent ended.
    public int touch(Cpu cpu, Walk walk, int root, long vpn, int access) {
        int table = root;
        int level = RadixTable.ROOT_LEVEL;
        for (; ; ) {
            long[] words = slab.words(table);
            int i = slab.base(table) + RadixTable.index(vpn, level);
            long entry = RadixTable.peek(cpu, words, i);
            if (!pte.isTable(entry, level)) {
                walk.set(words, i, table, level, entry);
                int result = HardwareWalk.touch(cpu, pte, words, i, level, access);
                if (result == HardwareWalk.TABLE) {
                    continue;
                }
                return result;
            }
            if (pte.isAccessed(entry) || cpu.cas(words, i, entry, pte.young(entry))) {
                table = pte.table(entry);
                level--;
            }
        }
    }

    /// Moves `walk` to the entry of `vpn` at `level`, a table's or a huge leaf's; or to where the
    /// descent ends above it.
    public long findAt(Cpu cpu, Walk walk, int root, long vpn, int level) {
        int table = root;
        for (int at = RadixTable.ROOT_LEVEL; ; at--) {
            long[] words = slab.words(table);
            int i = slab.base(table) + RadixTable.index(vpn, at);
            long entry = RadixTable.peek(cpu, words, i);
            if (at == level || !pte.isTable(entry, at)) {
                walk.set(words, i, table, at, entry);
                return entry;
            }
            table = pte.table(entry);
        }
    }

    /// Whether an access would find nothing to change: every table entry on the way accessed, the
    /// leaf too, and for a write writable and dirty. No step: what it reads is as of the last one.
    public boolean isQuiet(Cpu cpu, int root, long vpn, boolean write) {
        int table = root;
        for (int at = RadixTable.ROOT_LEVEL; at > RadixTable.LEVEL_4K; at--) {
            long entry =
                    RadixTable.peek(
                            cpu, slab.words(table), slab.base(table) + RadixTable.index(vpn, at));
            if ((entry & QUIET_TABLE_MASK) != QUIET_TABLE) {
                return false;
            }
            table = pte.table(entry);
        }
        long leaf =
                RadixTable.peek(
                        cpu, slab.words(table), slab.base(table) + RadixTable.index(vpn, 1));
        long hit = write ? pte.writeHit : pte.readHit;
        return (leaf & hit) == hit;
    }

    private static final long QUIET_TABLE = PteFormat.X86_64.present | PteFormat.ACCESSED;
    private static final long QUIET_TABLE_MASK = QUIET_TABLE | PteFormat.X86_64.hugeLeaf;

    /// The lock of `table` (`pte_lockptr`, `pmd_lockptr`).
    public QueuedSpinLock lock(int table) {
        QueuedSpinLock lock = locks.getAcquire(table);
        if (lock != null) {
            return lock;
        }
        QueuedSpinLock made = new QueuedSpinLock(LockClass.PTE_LOCK);
        QueuedSpinLock other = locks.compareAndExchange(table, null, made);
        return other != null ? other : made;
    }

    /// Links a fresh table into an empty entry and returns the entry, somebody else's if that was
    /// faster; an empty one if there is no table.
    private long link(Cpu cpu, long[] words, int i) {
        int child = slab.tryAllocate(cpu, PteFormat.NONE);
        if (child == TableSlab.FULL) {
            return PteFormat.NONE;
        }
        long entry = pte.makeTable(child);
        if (cpu.cas(words, i, PteFormat.NONE, entry)) {
            return entry;
        }
        slab.free(cpu, child);
        return cpu.load(words, i);
    }
}
