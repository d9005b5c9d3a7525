package org.gleaner.mm.protocol;

import org.gleaner.machine.Cpu;

/// The steps on which the memory manager's protocols rest, each as Linux takes it.
///
/// A host is built over one of these. Subclasses leave a step out or take it wrongly, so that
/// checks can be seen to fire: that is all they are for. While only this class is loaded, every
/// call is direct.
public class MemorySteps {
    /// What is right.
    public static final MemorySteps LINUX = new MemorySteps();

    protected MemorySteps() {}

    /// Takes a present entry away, for the holder of its lock (`ptep_get_and_clear`).
    public long takeEntry(Cpu cpu, long[] words, int i, long empty) {
        return cpu.swap(words, i, empty);
    }

    /// Whether an unmap passes the dirty bit of the entry on to the folio.
    public boolean carriesDirty() {
        return true;
    }

    /// Whether an unmap that has taken an entry away puts it back if the page is pinned by now.
    public boolean asksForPinsWhenGone() {
        return true;
    }

    /// Whether a lookup without a lock has the page pinned when it looks at the entry again.
    public boolean pinsBeforeItLooksAgain() {
        return true;
    }

    /// Whether a lookup without a lock asks if a fork was under way meanwhile.
    public boolean asksForForks() {
        return true;
    }

    /// Whether secondary MMUs are told before an unmap takes the entry away, and not after.
    public boolean tellsBeforeUnmap() {
        return true;
    }

    /// Whether `munmap` tells secondary MMUs before it takes the entries away, and not after.
    public boolean tellsBeforeMunmap() {
        return true;
    }

    /// Whether a page looked up without a lock is looked up again once it is referenced.
    public boolean looksAgain() {
        return true;
    }

    /// Whether who takes a frame for a page by its number takes no reference where there is none.
    public boolean getsUnlessZero() {
        return true;
    }

    /// Whether entries that map a driver's frames say that there is no page to count.
    public boolean marksSpecial() {
        return true;
    }

    /// Whether a split takes the huge leaf out of its place before it takes the folio apart.
    public boolean hidesHugeLeaf() {
        return true;
    }

    /// Whether a fork tells secondary MMUs, whose entries may be writable.
    public boolean tellsOfFork() {
        return true;
    }

    /// Whether pages are merged only if nobody but their mappings refers to them.
    public boolean countsBeforeMerge() {
        return true;
    }

    /// Whether a collapse tells secondary MMUs before it takes the entries away, and not after.
    public boolean tellsBeforeCollapse() {
        return true;
    }

    /// Whether a collapse asks if somebody else refers to a page.
    public boolean countsBeforeCollapse() {
        return true;
    }

    /// Whether a folio's references are frozen, not just counted, before it is freed.
    public boolean freezesReferences() {
        return true;
    }

    /// Whether it is asked once more, with references frozen, if the folio has become dirty.
    public boolean asksForDirtyFrozen() {
        return true;
    }

    /// Whether a fault that has its page asks under the lock if the entry still is what it was.
    public boolean asksForEntryLocked() {
        return true;
    }

    /// Whether who finds a folio locked looks again after it has counted itself as waiting.
    public boolean looksBeforeItSleeps() {
        return true;
    }

    /// Whether a fault waits for the end of writeback before it gives up the slot.
    public boolean waitsForWriteback() {
        return true;
    }

    /// Whether a task that has queued for a monitor looks at the page table once more.
    public boolean looksOnceQueued() {
        return true;
    }

    /// Whether who supplies a page sees that a task was just moving from one queue to the other.
    public boolean asksForMoves() {
        return true;
    }

    /// Whether a charge counts first and undoes that if it was too much, in atomics.
    public boolean countsFirst() {
        return true;
    }
}
