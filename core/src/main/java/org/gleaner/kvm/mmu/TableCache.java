package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;

/// Tables that a vCPU has allocated ahead, so that no allocation happens under `mmu_lock`
/// (`struct kvm_mmu_memory_cache`).
@OneCpu
public final class TableCache {
    /// Tables that one fault can need below the root.
    private static final int NEEDED = RadixTable.ROOT_LEVEL - 1;

    private static final int CAPACITY = 8;

    private final RadixTable tables;
    private final int[] cached = new int[CAPACITY];
    private int count;

    public TableCache(RadixTable tables) {
        this.tables = tables;
    }

    /// Makes sure that one fault will find what it needs (`mmu_topup_memory_caches`). May sleep.
    /// False if there are not so many tables left; those there are stay for the next fault.
    public boolean topUp(Cpu cpu) {
        if (count < NEEDED) {
            while (count < CAPACITY) {
                int table = tables.slab.tryAllocate(cpu, tables.format.empty);
                if (table == TableSlab.FULL) {
                    break;
                }
                cached[count++] = table;
                cpu.charge(Cost.SPTE_TABLE_ALLOC);
            }
        }
        return count >= NEEDED;
    }

    /// A table with empty entries.
    public int take() {
        return cached[--count];
    }

    /// Takes back a table that was not linked after all.
    public void giveBack(int table) {
        cached[count++] = table;
    }

    /// Frees all.
    public void drain(Cpu cpu) {
        while (count > 0) {
            tables.slab.free(cpu, cached[--count]);
        }
    }
}
