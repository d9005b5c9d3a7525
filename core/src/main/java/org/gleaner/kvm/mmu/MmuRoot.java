package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.Word;

/// A root of a second stage (`struct kvm_mmu_page` of the top level).
///
/// References are held by vCPUs that have it loaded, and by the MMU itself while the root is valid,
/// if the kernel does that. Whoever drops the last one takes it off the list. Where the kernel
/// keeps none, a valid root may be found that nobody holds any more: nobody can take it again, and
/// whoever next has `mmu_lock` for writing and makes it invalid has to empty it.
public final class MmuRoot {
    private static final long INVALID = 1;

    /// The table of the top level.
    public final int table;

    private final Word references;
    private final long[] role = new long[1];

    /// To be zapped, then released by the MMU. Written under `mmu_lock` write, read under
    /// `slots_lock`.
    @Guarded("slots_lock")
    public boolean scheduledToZap;

    /// For checks only: its table was given back.
    private volatile boolean freed;

    /// A valid root with so many references.
    public MmuRoot(int table, int references) {
        this.table = table;
        this.references = new Word(references);
    }

    /// Takes a reference unless nobody holds one any more (`kvm_tdp_mmu_get_root`).
    public boolean get(Cpu cpu) {
        long count = cpu.load(references);
        while (count != 0) {
            if (cpu.cas(references, count, count + 1)) {
                return true;
            }
            count = cpu.load(references);
        }
        return false;
    }

    /// Drops a reference; true if it was the last.
    public boolean put(Cpu cpu) {
        return cpu.fetchAdd(references, -1) == 1;
    }

    /// Set once, under `mmu_lock` write.
    public void invalidate(Cpu cpu) {
        cpu.store(role, 0, INVALID);
    }

    /// An ordered look; the answer may change at once unless `mmu_lock` is held.
    public boolean isInvalid(Cpu cpu) {
        return cpu.load(role, 0) != 0;
    }

    /// The answer under `mmu_lock`.
    public boolean isInvalidLocked(Cpu cpu) {
        return cpu.peek(role, 0) != 0;
    }

    /// Its table was given back; for checks.
    public void setFreed() {
        freed = true;
    }

    boolean isFreed() {
        return freed;
    }
}
