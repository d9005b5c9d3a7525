package org.gleaner.kvm.x86;

import org.gleaner.kvm.mmu.ProtocolSteps;
import org.gleaner.machine.Cpu;

/// The steps on x86 entries that agers, faults and zaps share: those of [Spte] and [SpteFormat].
///
/// A VM is built over one of these. Subclasses leave a step out or take it wrongly, so that the
/// invariants can be seen to fire: that is all they are for. While only this class is loaded, every
/// call is direct.
public class SpteSteps extends ProtocolSteps {
    /// What is right.
    public static final SpteSteps LINUX = new SpteSteps();

    protected SpteSteps() {}

    /// The old form of a young leaf (`mark_spte_for_access_track`, or A cleared).
    public long old(SpteFormat format, long leaf) {
        return format.markForAccessTrack(leaf);
    }

    /// The ager's one attempt to make `old` into `update`: only if the entry still is what was
    /// read.
    public boolean age(Cpu cpu, SpteFormat format, long[] words, int i, long old, long update) {
        return Spte.age(cpu, words, i, old, update);
    }

    /// Whether an entry that is not present is young: only what a zap has preserved of a leaf. What
    /// else is not present may have other bits there.
    public boolean isKeptYoung(SpteFormat format, long entry) {
        return format.isKept(entry);
    }

    /// A tracked leaf given its R and X back (`restore_acc_track_spte`).
    public long restore(SpteFormat format, long leaf) {
        return format.restoreAccessTrack(leaf);
    }

    /// Takes a leaf that may change outside `mmu_lock` out of its table; returns it as it was then.
    public long take(
            Cpu cpu, SpteFormat format, long[] words, int i, int level, long old, long empty) {
        return Spte.setExclusive(cpu, format, words, i, level, old, empty);
    }

    /// Whether the table that takes a huge leaf's place is filled before it is linked.
    public boolean fillsBeforeLink() {
        return true;
    }

    /// One of the 512 leaves that a huge leaf is split into (`make_small_spte`).
    public long smallFromHuge(SpteFormat format, long huge, int childLevel, int index) {
        return format.smallFromHuge(huge, childLevel, index);
    }

    /// Takes bits of a leaf that may change outside `mmu_lock`; returns it as it was then.
    public long clearBits(Cpu cpu, long[] words, int i, long old, long bits) {
        return Spte.clearBitsExclusive(cpu, words, i, bits);
    }

    /// The first page of the huge leaf that takes the place of a table which maps `pfn`.
    public long recoveredPfn(long pfn, int level) {
        return SpteFormat.GEOMETRY.alignDown(pfn, level);
    }

    /// Whether the guests are flushed when huge leaves have taken the place of tables in a slot
    /// whose dirty log ended.
    public boolean flushesAfterRecovery() {
        return true;
    }

    /// Whether the guests are flushed when a huge leaf has taken the place of a table.
    public boolean flushesAfterReplace() {
        return true;
    }
}
