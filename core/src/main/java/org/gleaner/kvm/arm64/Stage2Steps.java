package org.gleaner.kvm.arm64;

import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.MemoryOrder;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.TableSlab;

/// The steps of arm64: those that all architectures share, and an ager's.
///
/// A VM is built over one of these. Subclasses leave a step out or take it wrongly, so that the
/// invariants can be seen to fire: that is all they are for.
public class Stage2Steps extends ProtocolSteps {
    /// What is right.
    public static final Stage2Steps LINUX = new Stage2Steps();

    protected Stage2Steps() {}

    /// Whether an entry is a young leaf: in an invalid one the same bit is a lock.
    public boolean isYoung(Stage2Format format, long entry) {
        return format.isPresent(entry) && format.isAccessed(entry);
    }

    /// The ager's one attempt to make `old` into `update` (`stage2_try_set_pte`): by a plain store,
    /// or only if the entry still is what was read.
    public boolean age(Cpu cpu, long[] words, int i, long old, long update, boolean compares) {
        if (compares) {
            return cpu.cas(words, i, old, update);
        }
        cpu.only(MemoryOrder.PLAIN);
        cpu.store(words, i, update);
        return true;
    }

    /// A fault takes a table that was cleared when it was laid by.
    public void takes(Cpu cpu, TableSlab slab, int table) {}

    /// What the store orders that makes an entry.
    public MemoryOrder makeOrder() {
        return MemoryOrder.RELEASE;
    }

    /// Takes a leaf out, under `mmu_lock` write; returns what was there.
    public long clear(Cpu cpu, long[] words, int i, long empty) {
        cpu.only(MemoryOrder.PLAIN);
        return cpu.swap(words, i, empty);
    }

    /// The barrier (`dsb ishst`) between a change of entries and their invalidation, which orders
    /// nothing by itself.
    public void beforeInvalidation(Cpu cpu) {
        cpu.fence();
    }

    /// The page that is reported where the walk of a range has come to `gfn`, mapped by a leaf of
    /// `level`.
    public long reported(Geometry geometry, long gfn, int level) {
        return gfn;
    }

    /// Whether the root waits for agers that hold no lock before it is freed.
    public boolean rootWaitsForReaders() {
        return true;
    }
}
