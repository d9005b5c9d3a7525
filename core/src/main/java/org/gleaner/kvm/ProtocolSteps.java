package org.gleaner.kvm;

import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.SpteFormat;

/// The steps on which the second stage's protocols rest, each as Linux takes it.
///
/// A VM is built over one of these. Subclasses leave a step out or take it wrongly, so that the
/// invariants can be seen to fire: that is all they are for. While only this class is loaded, every
/// call is direct.
public class ProtocolSteps {
    /// What is right.
    public static final ProtocolSteps LINUX = new ProtocolSteps();

    protected ProtocolSteps() {}

    /// The old form of a young leaf (`mark_spte_for_access_track`, or A cleared).
    protected long old(SpteFormat format, long leaf) {
        return format.markForAccessTrack(leaf);
    }

    /// The ager's one attempt to make `old` into `update`: only if the entry still is what was
    /// read.
    protected boolean age(Cpu cpu, SpteFormat format, long[] words, int i, long old, long update) {
        return cpu.cas(words, i, old, update);
    }

    /// Whether a young leaf that the caller may clear is cleared: in a test never.
    protected boolean ageClears(boolean clear) {
        return clear;
    }

    /// The bit of a page in a bitmap whose bit 0 is `lastGfn`.
    protected int bit(long lastGfn, long gfn) {
        return (int) (lastGfn - gfn);
    }

    /// The page walker's attempt to set A and D, in one step with its check of the entry.
    protected boolean hardwareSet(
            Cpu cpu, SpteFormat format, long[] words, int i, long old, long update) {
        return cpu.cas(words, i, old, update);
    }

    /// A tracked leaf given its R and X back (`restore_acc_track_spte`).
    protected long restore(SpteFormat format, long leaf) {
        return format.restoreAccessTrack(leaf);
    }

    /// Whether a fault asks under `mmu_lock` if an invalidation has overtaken it.
    protected boolean asksTheGate() {
        return true;
    }

    /// Whether a zap is followed by a flush before the lock is dropped.
    protected boolean flushesAfterZap() {
        return true;
    }

    /// Whether a page that was mapped writable is released dirty.
    protected boolean releasesDirty() {
        return true;
    }

    /// Whether a detached table waits for readers before it is freed.
    protected boolean waitsForReaders() {
        return true;
    }

    /// Whether agers pass over roots that are invalid.
    protected boolean skipsInvalidRoots() {
        return true;
    }
}
