package org.gleaner.kvm;

import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.RetPf;
import org.gleaner.machine.OneCpu;
import org.gleaner.pagetable.RadixTable;

/// What one vCPU has counted, for reports (`struct kvm_vcpu_stat`).
@OneCpu
public final class VcpuStat {
    long hits;
    long faults;
    long hugeFaults;
    long fastFaults;
    long translationFaults;
    long permissionFaults;
    long retries;
    long spurious;
    long flushes;
    long logFullExits;
    long logEntries;
    private long poisons;
    private long poison = -1;

    VcpuStat() {}

    /// Counts faults and hits from here on.
    public void restart() {
        hits = 0;
        faults = 0;
        hugeFaults = 0;
        fastFaults = 0;
        translationFaults = 0;
        permissionFaults = 0;
        retries = 0;
        spurious = 0;
    }

    /// Counts how a fault has ended, and answers the same. Of those that no access waits for, only
    /// those that have mapped a page are faults.
    int count(Fault done, int result) {
        switch (result) {
            case RetPf.RETRY -> retries += done.prefetch ? 0 : 1;
            case RetPf.SPURIOUS -> spurious += done.prefetch ? 0 : 1;
            default -> {
                faults++;
                hugeFaults += done.level > RadixTable.LEVEL_4K ? 1 : 0;
            }
        }
        return result;
    }

    /// A page that the vCPU needs is broken: the process gets a signal (`SIGBUS`, `BUS_MCEERR_AR`).
    void poisoned(long hostPage) {
        poisons++;
        poison = hostPage;
    }

    /// Accesses that went through.
    public long hits() {
        return hits;
    }

    /// Faults that installed a page.
    public long faults() {
        return faults;
    }

    /// Of these, those that installed a huge leaf.
    public long hugeFaults() {
        return hugeFaults;
    }

    /// Faults of accesses to what was not mapped, retried ones included.
    public long translationFaults() {
        return translationFaults;
    }

    /// Faults of accesses that an entry did not permit, retried ones included.
    public long permissionFaults() {
        return permissionFaults;
    }

    /// Faults that had nothing to do: somebody else had mapped the page.
    public long spurious() {
        return spurious;
    }

    /// Faults that the fast path served.
    public long fastFaults() {
        return fastFaults;
    }

    /// Faults that went back to the guest empty-handed, because of an invalidation or a lost race.
    public long retries() {
        return retries;
    }

    /// Signals for broken memory.
    public long poisons() {
        return poisons;
    }

    /// The host page of the last such signal; -1 if there was none.
    public long poison() {
        return poison;
    }

    /// Pages that its hardware has noted, and the host has taken.
    public long logEntries() {
        return logEntries;
    }

    /// Exits because hardware had no room to note more.
    public long logFullExits() {
        return logFullExits;
    }

    /// Flushes that were served.
    public long flushes() {
        return flushes;
    }
}
