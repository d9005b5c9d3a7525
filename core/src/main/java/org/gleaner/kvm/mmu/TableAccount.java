package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cpu;

/// Who pays for the tables of a second stage: the cgroup of the task that runs the vCPU. Roots,
/// which are made with locks held, are free.
public interface TableAccount {
    /// Nobody does.
    TableAccount NONE = new TableAccount() {};

    /// Pays for pages laid by for tables; may reclaim.
    default void pay(Cpu cpu, int pages) {}

    /// Pays for a table that is made with locks held, if there is room for it now.
    default void payAtOnce(Cpu cpu) {}

    /// Gives pages back.
    default void refund(Cpu cpu, int pages) {}

    /// So many more of the pages paid hold tables that are linked.
    default void use(Cpu cpu, int more) {}

    /// `table`, which somebody else has paid for, is about to be linked.
    default void linkUnpaid(int table) {}

    /// `table` is about to be freed: whether it was paid for here, and is to be given back.
    default boolean settle(int table) {
        return true;
    }
}
