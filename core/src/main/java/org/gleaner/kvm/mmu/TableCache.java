package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;

/// Tables that a vCPU has allocated ahead, so that no allocation happens under `mmu_lock`
/// (`struct kvm_mmu_memory_cache`).
///
/// The kernel's holds 40 pages, and is filled when too few are left, fewer than 5 on x86: that many
/// the cgroup pays for at once, and then for none for a long time. The pages last in are the first
/// out. What it has paid for is counted here; the tables themselves are taken from the slab a few
/// at a time.
@OneCpu
public final class TableCache {
    /// Pages of the kernel's cache, and how few of them are too few on x86 (`PT64_ROOT_MAX_LEVEL`).
    public static final int PAGES = 40;

    public static final int LEAST = 5;

    private final int least;

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

    /// A vCPU's of `mmu`.
    ///
    /// @param unpaid pages laid by that are not the payer's: 0 and up
    public TableCache(SecondaryMmu mmu, int unpaid) {
        this(mmu.tables, mmu.account, mmu.leastLaidBy(), unpaid);
    }

    /// @param least it is filled when fewer pages are left: 1 to [#PAGES]
    /// @param unpaid pages laid by that are not the payer's: 0 and up
    public TableCache(RadixTable tables, TableAccount account, int least, int unpaid) {
        this.tables = tables;
        this.least = least;
        needed = tables.geometry.levels - 1;
        this.account = account;
        this.unpaid = unpaid;
        laidBy = unpaid;
    }

    /// Makes sure that one fault will find what it needs (`mmu_topup_memory_caches`). May sleep.
    /// False if there are not so many tables left; those there are stay for the next fault.
    public boolean topUp(Cpu cpu) {
        refill(cpu);
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

    /// Whether [#topUp] has nothing to do.
    public boolean isFull() {
        return laidBy >= least && count >= needed;
    }

    private void refill(Cpu cpu) {
        if (laidBy < least) {
            account.pay(cpu, PAGES - laidBy);
            laidBy = PAGES;
        }
    }

    /// A table with empty entries.
    public int take(Cpu cpu) {
        int table = cached[--count];
        if (!takesPaid(cpu)) {
            account.linkUnpaid(table);
        }
        return table;
    }

    /// Whether a page that goes out now was paid for.
    private boolean takesPaid(Cpu cpu) {
        laidBy--;
        if (laidBy >= unpaid) {
            account.use(cpu, 1);
            return true;
        }
        unpaid = laidBy;
        return false;
    }

    /// What a fault takes that needs a table for guest memory that is not modelled. May sleep.
    public void takeElsewhere(Cpu cpu) {
        refill(cpu);
        takesPaid(cpu);
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
