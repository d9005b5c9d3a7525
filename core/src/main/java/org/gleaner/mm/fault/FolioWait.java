package org.gleaner.mm.fault;

import static org.gleaner.mm.folio.FolioLayout.*;

import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.TaskState;
import org.gleaner.machine.Word;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.protocol.MemorySteps;

/// Waiting for a bit of a folio to clear (`folio_lock`, `folio_wait_writeback`), through a small
/// hashed table of words, for state words themselves cannot be slept on. Whoever clears such a bit
/// announces it here if anybody may wait.
public final class FolioWait {
    private static final int BUCKETS = 256;

    private final Folios folios;
    private final MemorySteps steps;

    /// How many sleep on each bucket; a waiter counts itself before it looks at the bit again, and
    /// who clears the bit looks here after it, so one of the two sees the other.
    private final long[] waiters = new long[BUCKETS];

    private final Word[] wakeups = new Word[BUCKETS];

    public FolioWait(Folios folios, MemorySteps steps) {
        this.folios = folios;
        this.steps = steps;
        for (int i = 0; i < BUCKETS; i++) {
            wakeups[i] = new Word();
        }
    }

    /// Takes the folio lock, sleeping if need be.
    public void lock(Cpu cpu, int pfn) {
        LockDep.mayTake(cpu, LockClass.FOLIO_LOCK);
        while (!folios.tryLock(cpu, pfn)) {
            waitFor(cpu, pfn, LOCKED);
        }
    }

    /// Gives up the folio lock and wakes who waits for it.
    public void unlock(Cpu cpu, int pfn) {
        folios.unlock(cpu, pfn);
        announce(cpu, pfn);
    }

    /// Returns once the folio is not under writeback.
    public void forWriteback(Cpu cpu, int pfn) {
        while (folios.test(cpu, pfn, WRITEBACK)) {
            waitFor(cpu, pfn, WRITEBACK);
        }
    }

    /// A bit of the folio was cleared that others may wait for.
    public void announce(Cpu cpu, int pfn) {
        int bucket = pfn & BUCKETS - 1;
        if (cpu.load(waiters, bucket) != 0) {
            cpu.fetchAdd(wakeups[bucket], 1);
        }
    }

    private void waitFor(Cpu cpu, int pfn, long bit) {
        int bucket = pfn & BUCKETS - 1;
        cpu.fetchAdd(waiters, bucket, 1);
        long seen = cpu.load(wakeups[bucket]);
        if (!steps.looksBeforeItSleeps() || folios.test(cpu, pfn, bit)) {
            sleep(cpu, pfn, bit, wakeups[bucket], seen);
        }
        cpu.fetchAdd(waiters, bucket, -1);
    }

    /// Who waits for a page that was in use not long ago to be read is stalled (`thrashing`).
    private void sleep(Cpu cpu, int pfn, long bit, Word wakeup, long seen) {
        boolean refaulted = (folios.peek(cpu, pfn) & (WORKINGSET | UPTODATE)) == WORKINGSET;
        boolean stalled = bit == LOCKED && refaulted && TaskState.beginStall(cpu);
        TaskState.waitsForIo(cpu, true);
        cpu.blockChange(wakeup, seen);
        TaskState.waitsForIo(cpu, false);
        TaskState.endStall(cpu, stalled);
    }
}
