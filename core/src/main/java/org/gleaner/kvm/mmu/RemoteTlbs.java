package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cpu;

/// The vCPUs of a second stage, as far as it must be able to end what they have cached of it.
public interface RemoteTlbs {
    /// `kvm_flush_remote_tlbs`: when this returns, no vCPU makes an access through a translation,
    /// or walks a table, of before. May be called under `mmu_lock` and in an RCU read section; not
    /// in guest mode.
    void flush(Cpu cpu);
}
