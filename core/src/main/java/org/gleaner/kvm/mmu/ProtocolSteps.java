package org.gleaner.kvm.mmu;

import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;

/// The decisions on which the second stage's protocols rest, on any architecture, each as Linux
/// takes it. What an architecture does to an entry is added by a subclass.
///
/// A VM is built over one of these. Subclasses leave a step out or take it wrongly, so that the
/// invariants can be seen to fire: that is all they are for. While only this class is loaded, every
/// call is direct.
public abstract class ProtocolSteps {
    protected ProtocolSteps() {}

    /// Whether a young leaf that the caller may clear is cleared: in a test never.
    public boolean ageClears(boolean clear) {
        return clear;
    }

    /// Whether an ager takes it for granted that there is a bitmap to look a page up in.
    public boolean assumesPredicate() {
        return false;
    }

    /// The bit of a page in a bitmap whose bit 0 is `lastGfn`.
    public int bit(long lastGfn, long gfn) {
        return (int) (lastGfn - gfn);
    }

    /// The page walker's attempt to set A and D, in one step with its check of the entry.
    public boolean hardwareSet(
            Cpu cpu, EntryFormat format, long[] words, int i, long old, long update) {
        return HardwareWalk.set(cpu, words, i, old, update);
    }

    /// Whether a fault asks, when it has its page, if an invalidation has overtaken it.
    public boolean asksTheGate() {
        return true;
    }

    /// Whether it asks again under `mmu_lock`, where the answer is binding.
    public boolean asksTheGateLocked() {
        return asksTheGate();
    }

    /// Whether it asks there if its root has become invalid.
    public boolean asksTheRoot() {
        return true;
    }

    /// Whether a fault notes the sequence number before it resolves the page.
    public boolean notesSequenceFirst() {
        return true;
    }

    /// Whether the refresh of a cached page notes the sequence number before it looks the page up.
    public boolean cacheNotesSequenceFirst() {
        return true;
    }

    /// Whether it asks, before the cache is valid again, if an invalidation has overtaken it.
    public boolean cacheAsksBeforeItIsValid() {
        return true;
    }

    /// Whether one overtakes it that is on its way and has not yet closed the gate.
    public boolean cacheAsksActive() {
        return true;
    }

    /// Whether an invalidation announces itself before it tells the caches.
    public boolean announcesBeforeCaches() {
        return true;
    }

    /// How often a fault that retries gives its page back.
    public int releasesOnRetry() {
        return 1;
    }

    /// Whether a fault marks and releases its page before it drops `mmu_lock`.
    public boolean releasesLocked() {
        return true;
    }

    /// Whether a page is marked before it is given back.
    public boolean marksOwned() {
        return true;
    }

    /// Whether pages are mapped ahead of their use only while no invalidation is under way.
    public boolean prefetchAsksTheGate() {
        return true;
    }

    /// Whether they are looked up after `mmu_lock` was taken: there is no sequence number.
    public boolean prefetchesLocked() {
        return true;
    }

    /// Whether a page that was mapped ahead is released dirty.
    public boolean prefetchesDirty() {
        return true;
    }

    /// Whether a page that was looked up ahead is given back.
    public boolean releasesPrefetched() {
        return true;
    }

    /// Whether a file of private pages takes them from the guest before it cuts them out, and not
    /// only after.
    public boolean zapsBeforeHole() {
        return true;
    }

    /// Whether it cuts them out before faults may install pages again.
    public boolean cutsBeforeGateOpens() {
        return true;
    }

    /// Whether a fault asks again, once it has noted the sequence number, if its page is private.
    public boolean asksAttributeAgain() {
        return true;
    }

    /// Whether a zap is followed by a flush before the lock is dropped.
    public boolean flushesAfterZap() {
        return true;
    }

    /// Whether a page that was mapped writable is released dirty.
    public boolean releasesDirty() {
        return true;
    }

    /// Whether a detached table waits for readers before it is freed.
    public boolean waitsForReaders() {
        return true;
    }

    /// Whether agers are in an RCU read section.
    public boolean agesInRcu() {
        return true;
    }

    /// Whether a change of slots waits for those who use the old ones.
    public boolean waitsForSlotReaders() {
        return true;
    }

    /// Whether vCPUs are told to drop a root that becomes invalid.
    public boolean dropsInvalidRoots() {
        return true;
    }

    /// Whether who makes a root invalid that nobody holds empties it.
    public boolean emptiesUnheldRoots() {
        return true;
    }

    /// Whether the end of the address space takes all pages away (`kvm_arch_flush_shadow_all`).
    public boolean zapsAtRelease() {
        return true;
    }

    /// Whether a VM ends its subscription before it gives its tables back.
    public boolean unsubscribesFirst() {
        return true;
    }

    /// Whether a write that the fast fault lets through is marked in the dirty log.
    public boolean marksFastFaults() {
        return true;
    }

    /// Whether what hardware has noted of writes is marked in the dirty log.
    public boolean marksNotes() {
        return true;
    }

    /// Whether the bits of a dirty log are taken before its entries are changed.
    public boolean takesBitsFirst() {
        return true;
    }

    /// Whether a log has ended before leaves become huge again.
    public boolean endsLogFirst() {
        return true;
    }

    /// Whether entries that have lost their right to write are flushed before anybody is told of
    /// the bits.
    public boolean flushesAfterClear() {
        return true;
    }

    /// Whether a fault that neither a worker nor the vCPU itself could resolve tells its access so,
    /// and is not handed over again for ever.
    public boolean deliversFailedAsyncFaults() {
        return true;
    }

    /// Whether tags of a guest's pages are written only while no slot is logged.
    public boolean tagsAskForLogs() {
        return true;
    }

    /// Whether that is asked where no log can begin until they are written.
    public boolean tagsAskLocked() {
        return true;
    }

    /// Whether a page that can have no tags is given back.
    public boolean putsOfflinePages() {
        return true;
    }

    /// Whether vCPUs are told that the page of their APIC goes.
    public boolean reloadsApicPage() {
        return true;
    }

    /// Whether a page is mapped writable only where the host, and its slot, allow it.
    public boolean keepsReadOnly() {
        return true;
    }

    /// Whether agers pass over roots that are invalid.
    public boolean skipsInvalidRoots() {
        return true;
    }
}
