package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;

/// Tables that a vCPU has allocated ahead, so that no allocation happens under `mmu_lock`
/// (`struct kvm_mmu_memory_cache`).
///
/// The kernel's holds 40 pages, and is filled when fewer than 5 are left: that many the cgroup pays
/// for at once, and then for none for a long time. The pages last in are the first out. What it has
/// paid for is counted here; the tables themselves are taken from the slab a few at a time.
@OneCpu
public final class TableCache {
    /// Pages of the kernel's cache, and how few of them are too few (`PT64_ROOT_MAX_LEVEL`).
    public static final int PAGES = 40;

    public static final int LEAST = 5;

    /// Tables that one fault can need below the root.
    private final int needed;

    private static final int CAPACITY = 8;

    private final RadixTable tables;
    private final TableAccount account;
    private final int[] cached = new int[CAPACITY];
    private int count;

    /// Pages laid by, and how many of them, last out, somebody else has paid for.
    private int laidBy;

    private int unpaid;

    /// @param unpaid pages laid by that are not the payer's: 0 to [#PAGES]
    public TableCache(RadixTable tables, TableAccount account, int unpaid) {
        this.tables = tables;
        needed = tables.geometry.levels - 1;
        this.account = account;
        this.unpaid = unpaid;
        laidBy = unpaid;
    }

    /// Makes sure that one fault will find what it needs (`mmu_topup_memory_caches`). May sleep.
    /// False if there are not so many tables left; those there are stay for the next fault.
    public boolean topUp(Cpu cpu) {
        if (laidBy < LEAST) {
            account.pay(cpu, PAGES - laidBy);
            laidBy = PAGES;
        }
        if (count < needed) {
            while (count < CAPACITY) {
                int table = tables.slab.tryAllocate(cpu, tables.format.empty);
                if (table == TableSlab.FULL) {
                    break;
                }
                cached[count++] = table;
                cpu.charge(Cost.SPTE_TABLE_ALLOC);
            }
        }
        return count >= needed;
    }

    /// A table with empty entries.
    public int take(Cpu cpu) {
        laidBy--;
        if (laidBy >= unpaid) {
            account.use(cpu, 1);
        } else {
            unpaid = laidBy;
        }
        return cached[--count];
    }

    /// Takes back a table that was not linked after all.
    public void giveBack(Cpu cpu, int table) {
        laidBy++;
        account.use(cpu, -1);
        cached[count++] = table;
    }

    /// Frees all.
    public void drain(Cpu cpu) {
        account.refund(cpu, laidBy - unpaid);
        while (count > 0) {
            tables.slab.free(cpu, cached[--count]);
        }
    }
}
