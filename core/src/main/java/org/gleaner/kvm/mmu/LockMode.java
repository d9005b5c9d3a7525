package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.QueuedRwLock;

/// How an operation of a second stage holds `mmu_lock`.
public enum LockMode {
    /// Under RCU alone.
    NONE,

    /// Beside others of its kind.
    READ,

    /// Alone.
    WRITE;

    public void lock(Cpu cpu, QueuedRwLock lock) {
        switch (this) {
            case NONE -> {}
            case READ -> lock.readLock(cpu);
            case WRITE -> lock.writeLock(cpu);
        }
    }

    public void unlock(Cpu cpu, QueuedRwLock lock) {
        switch (this) {
            case NONE -> {}
            case READ -> lock.readUnlock(cpu);
            case WRITE -> lock.writeUnlock(cpu);
        }
    }
}
