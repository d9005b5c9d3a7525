package org.gleaner.kvm;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.gleaner.kvm.mmu.TableAccount;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.UserPages;

/// The task that runs the vCPUs pays for the tables, but for those that it had laid by before it
/// entered the cgroup that pays.
final class PayingTask implements TableAccount {
    private final UserPages pages;

    /// Linked tables that this cgroup has not paid for; empty for most.
    private final Set<Integer> unpaid = ConcurrentHashMap.newKeySet();

    PayingTask(UserPages pages) {
        this.pages = pages;
    }

    @Override
    public void pay(Cpu cpu, int amount) {
        pages.payTables(cpu, amount);
    }

    @Override
    public void payAtOnce(Cpu cpu) {
        pages.payTableAtOnce(cpu);
    }

    @Override
    public void refund(Cpu cpu, int amount) {
        pages.refundTables(cpu, amount);
    }

    @Override
    public void use(Cpu cpu, int more) {
        pages.useTables(cpu, more);
    }

    @Override
    public void linkUnpaid(int table) {
        unpaid.add(table);
    }

    @Override
    public boolean settle(int table) {
        return !unpaid.remove(table);
    }
}
