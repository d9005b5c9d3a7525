package org.gleaner.mm.memcg;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.jspecify.annotations.Nullable;

/// What a cgroup pays for the page tables of one process: its own (`pagetables` of `memory.stat`),
/// and those that secondary MMUs keep of its memory (`sec_pagetables`). Each is a page of kernel
/// memory, charged before it is linked to whoever's task needs it, under whose limit there may be
/// reclaim for it; and given back when the table is freed.
///
/// A task that makes its tables first and enters its cgroup then leaves them where it came from:
/// its payer is the root, which counts nothing.
public final class TableCharge {
    /// Nobody pays.
    public static final TableCharge FREE = new TableCharge(null, null);

    private final @Nullable KernelMemory kernel;
    private final @Nullable Memcg payer;

    /// Pages charged for the process's own tables, and for those of secondary MMUs.
    private final Word own = new Word();

    private final Word secondary = new Word();

    private TableCharge(@Nullable KernelMemory kernel, @Nullable Memcg payer) {
        this.kernel = kernel;
        this.payer = payer;
    }

    /// A new process's.
    public static TableCharge of(KernelMemory kernel, Memcg payer) {
        return payer.isRoot() ? FREE : new TableCharge(kernel, payer);
    }

    /// Charges one table of the process; false if it does not fit and nobody can be killed for it.
    /// May reclaim: no spinlock may be held.
    public boolean pay(Cpu cpu) {
        if (kernel == null || payer == null) {
            return true;
        }
        if (kernel.chargePages(cpu, payer, 1) == 0) {
            return false;
        }
        cpu.fetchAdd(own, 1);
        cpu.fetchAdd(payer.pageTables(), 1);
        return true;
    }

    /// Gives back tables that were paid.
    public void refund(Cpu cpu, int tables) {
        if (kernel == null || payer == null) {
            return;
        }
        cpu.fetchAdd(own, -tables);
        cpu.fetchAdd(payer.pageTables(), -tables);
        kernel.unchargePages(cpu, payer, tables);
    }

    /// The process is gone, and all its tables with it.
    public void refundAll(Cpu cpu) {
        if (kernel != null && payer != null) {
            refund(cpu, (int) cpu.load(own));
        }
    }

    /// Charges pages that a secondary MMU lays by for tables, as far as they fit. May reclaim: no
    /// spinlock may be held.
    public void paySecondary(Cpu cpu, int pages) {
        if (kernel != null && payer != null) {
            cpu.fetchAdd(secondary, kernel.chargePages(cpu, payer, pages));
        }
    }

    /// Charges a page that a secondary MMU takes for a table with locks held, if it fits without
    /// reclaim.
    public void paySecondaryAtOnce(Cpu cpu) {
        if (kernel != null && payer != null && kernel.chargePageIfRoom(cpu, payer)) {
            cpu.fetchAdd(secondary, 1);
        }
    }

    /// Gives back pages of a secondary MMU, as far as they were paid.
    public void refundSecondary(Cpu cpu, int pages) {
        if (kernel == null || payer == null) {
            return;
        }
        for (; ; ) {
            long paid = cpu.load(secondary);
            int back = (int) Math.min(paid, pages);
            if (cpu.cas(secondary, paid, paid - back)) {
                kernel.unchargePages(cpu, payer, back);
                return;
            }
        }
    }

    /// So many more tables of a secondary MMU are in use, of those paid.
    public void useSecondary(Cpu cpu, int tables) {
        if (kernel != null && payer != null) {
            cpu.fetchAdd(payer.secondaryTables(), tables);
        }
    }
}
