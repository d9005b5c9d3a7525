package org.gleaner.kvm;

import org.gleaner.kvm.mmu.TableAccount;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.gup.UserPages;

/// The task that runs the vCPUs pays for the tables.
record PayingTask(UserPages pages) implements TableAccount {
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
}
