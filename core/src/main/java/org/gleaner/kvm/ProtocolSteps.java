package org.gleaner.kvm;

import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;

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

    /// Whether an ager takes it for granted that there is a bitmap to look a page up in.
    protected boolean assumesPredicate() {
        return false;
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

    /// Whether a fault asks, when it has its page, if an invalidation has overtaken it.
    protected boolean asksTheGate() {
        return true;
    }

    /// Whether it asks again under `mmu_lock`, where the answer is binding.
    protected boolean asksTheGateLocked() {
        return asksTheGate();
    }

    /// Whether it asks there if its root has become invalid.
    protected boolean asksTheRoot() {
        return true;
    }

    /// Whether a fault notes the sequence number before it resolves the page.
    protected boolean notesSequenceFirst() {
        return true;
    }

    /// How often a fault that retries gives its page back.
    protected int releasesOnRetry() {
        return 1;
    }

    /// Whether a fault marks and releases its page before it drops `mmu_lock`.
    protected boolean releasesLocked() {
        return true;
    }

    /// Takes a leaf that may change outside `mmu_lock` out of its table; returns it as it was then.
    protected long take(Cpu cpu, long[] words, int i, long old, long empty) {
        return cpu.swap(words, i, empty);
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

    /// Whether agers are in an RCU read section.
    protected boolean agesInRcu() {
        return true;
    }

    /// Whether a change of slots waits for those who use the old ones.
    protected boolean waitsForSlotReaders() {
        return true;
    }

    /// Whether vCPUs are told to drop a root that becomes invalid.
    protected boolean dropsInvalidRoots() {
        return true;
    }

    /// Whether the end of the address space takes all pages away (`kvm_arch_flush_shadow_all`).
    protected boolean zapsAtRelease() {
        return true;
    }

    /// Whether a VM ends its subscription before it gives its tables back.
    protected boolean unsubscribesFirst() {
        return true;
    }

    /// Whether agers pass over roots that are invalid.
    protected boolean skipsInvalidRoots() {
        return true;
    }
}
