package org.gleaner.mm.space;

import java.util.Objects;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// A walk over the page tables of a range of one address space, huge leaves included.
///
/// It stops at runs of entries that have one lock: those of a level-1 table that lie in the range,
/// or the one entry that stands where such a table would be. [#pagesEach] says for how many pages
/// of the range an entry stands, so that a loop over entries is right for both:
///
/// ```
/// for (walk.start(mm, start, end); walk.next(cpu); ) {
///     walk.lock(cpu);
///     for (int i = 0; i < walk.entries(); i++) {
///         long entry = cpu.load(walk.at().words, walk.at().index + i);
///         ...
///     }
///     walk.unlock(cpu);
/// }
/// ```
///
/// Ranges that have no table are passed over. The descent takes no lock (see [AddressSpace] for
/// what keeps the tables meanwhile), so what it found above level 1 may be a table by the time the
/// lock is taken: whoever minds looks whether it still is a leaf, and calls [#stay] to stop at the
/// same pages once more.
///
/// A cursor, to be reused from walk to walk. Belongs to one CPU.
@OneCpu
public final class PageWalk {
    private final Walk walk = new Walk();
    private @Nullable AddressSpace mm;
    private long from;
    private long to;
    private long end;

    /// Begins a walk over the virtual pages from `start` up to `end`; [#next] makes the first stop.
    public void start(AddressSpace mm, long start, long end) {
        this.mm = mm;
        to = start;
        this.end = end;
    }

    /// Goes on to the next stop; false at the end of the range.
    public boolean next(Cpu cpu) {
        while (to < end) {
            if (step(cpu)) {
                return true;
            }
        }
        return false;
    }

    /// Moves to the stop at page `start` of an address space, which reaches up to `end` at most;
    /// false if nothing is mapped there.
    public boolean seek(Cpu cpu, AddressSpace mm, long start, long end) {
        start(mm, start, end);
        return step(cpu);
    }

    /// Has [#next] stop at the same pages again.
    public void stay() {
        to = from;
    }

    private boolean step(Cpu cpu) {
        from = to;
        AddressSpace mm = mm();
        long table = mm.tables().geometry.pages(RadixTable.LEVEL_2M);
        to = Math.min((from | table - 1) + 1, end);
        mm.tables().find(cpu, walk, mm.root(), from);
        return isTable() || walk.entry != PteFormat.NONE;
    }

    /// The address space that is walked.
    public AddressSpace mm() {
        return Objects.requireNonNull(mm, "no walk was started");
    }

    /// First page of the stop.
    public long from() {
        return from;
    }

    /// First page behind the stop.
    public long to() {
        return to;
    }

    /// Whether the stop is at a level-1 table.
    public boolean isTable() {
        return walk.level == RadixTable.LEVEL_4K;
    }

    /// Where the first entry of the stop is, and what it was when the walk came by.
    public Walk at() {
        return walk;
    }

    /// How many entries follow each other there.
    public int entries() {
        return isTable() ? (int) (to - from) : 1;
    }

    /// For how many pages of the range each of them stands.
    public int pagesEach() {
        return isTable() ? 1 : (int) (to - from);
    }

    /// Takes the lock of the entries.
    public void lock(Cpu cpu) {
        lock().lock(cpu);
    }

    /// Takes the lock of the entries if it is free.
    public boolean tryLock(Cpu cpu) {
        return lock().tryLock(cpu);
    }

    public void unlock(Cpu cpu) {
        lock().unlock(cpu);
    }

    private QueuedSpinLock lock() {
        return mm().pteLock(walk);
    }
}
