package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// A sleeping lock for many readers or one writer (`rw_semaphore`): `mmap_lock`, `i_mmap_rwsem`.
///
/// ## How it works
///
/// One word of counts and a first-in-first-out list of sleepers behind a [QueuedSpinLock]:
///
/// ```
///  63                     8   1         0
/// +------------------------+---------+--------+
/// | readers                | WAITERS | WRITER |
/// +------------------------+---------+--------+
/// ```
///
/// A reader adds itself and looks afterwards; a writer turns zero into WRITER. Who cannot enter
/// appends itself to the list, sets WAITERS and sleeps on a word of its own until somebody *hands
/// it the lock*: the count is changed on its behalf, so it wakes as an owner and competes with
/// nobody. From WAITERS on nobody enters past the list. So a waiting writer is delayed by the
/// readers already inside only (writers are preferred to readers that come later), and readers
/// behind it by that writer only.
///
/// Whoever leaves the lock free while WAITERS is set serves the list: its first waiter if that is a
/// writer, else all readers up to the next writer.
///
/// Who enters without sleeping, and each writer, leaves its name as the *owner*, which here nobody
/// reads. It is written all the same: `mmap_lock` lies so that its owner is on a line beside that
/// of its counts ("mm: relocate write_protect_seq in struct mm_struct", June 2021), so that each of
/// its readers writes to two lines that all share.
///
/// Left out: optimistic spinning on a running owner, and hand-off bits, for every hand-over is
/// direct.
///
/// ## Invariants
///
/// - While WAITERS is set, WRITER is set only under the list's lock.
/// - WAITERS is set exactly while the list is not empty, as seen by the holder of the list's lock.
/// - A reader that backs off does so under the list's lock and serves the list after it, so its
///   transient count cannot hide the moment at which the lock became free.
/// - Lost wake-ups: who sleeps has set WAITERS and looked at the count afterwards, in one
///   read-modify-write; who leaves has changed the count and looked at WAITERS, in one as well. The
///   word orders the two, so one of them serves.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | counts: owner off | `upRead`, `upWrite` | full | entry or server | full | the section before |
/// | counts: WAITERS | sleeper | full | `upRead`, `upWrite` | full | the list, through its lock |
/// | waiter's word | server | release | `block` | acquire | the server's change of counts; sections before |
public final class RwSemaphore {
    private static final long WRITER = 1;
    private static final long WAITERS = 2;
    private static final long READER = 0x100;
    private static final long GRANTED = 1;

    private final LockClass lockClass;
    private final Word counts = new Word();

    /// Who has it, where that has a cache line of its own.
    private final @Nullable Word owner;

    private final QueuedSpinLock listLock;
    private final PerCpu<Waiter> waiters = new PerCpu<>(Waiter::new);
    private final PerCpu<TryRead> attempts = new PerCpu<>(TryRead::new);

    // The list; only by the holder of its lock.
    private @Nullable Waiter first;
    private @Nullable Waiter last;

    /// A lock that is all on one cache line.
    public RwSemaphore(LockClass lockClass) {
        this(lockClass, null);
    }

    /// A lock whose owner's name is on the line beside that of its counts, as `mmap_lock`'s is.
    public static RwSemaphore ofTwoLines(LockClass lockClass) {
        return new RwSemaphore(lockClass, new Word());
    }

    private RwSemaphore(LockClass lockClass, @Nullable Word owner) {
        if (lockClass.kind != LockClass.Kind.SLEEPING) {
            throw new IllegalArgumentException(lockClass + " does not sleep");
        }
        this.lockClass = lockClass;
        this.owner = owner;
        listLock = new QueuedSpinLock(lockClass);
    }

    public void downRead(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquire(cpu, this, 0, lockClass, LockDep.READ);
        }
        cpu.enter(KernelFunction.DOWN_READ);
        if ((cpu.fetchAdd(counts, READER) & (WRITER | WAITERS)) != 0) {
            sleepToRead(cpu);
        } else {
            nameOwner(cpu);
        }
        LockUse.taken(cpu, lockClass, LockDep.READ);
        cpu.exit();
    }

    public void upRead(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, this, 0, lockClass, LockDep.READ);
        }
        LockUse.released(cpu, lockClass, LockDep.READ);
        long left = cpu.fetchAdd(counts, -READER) - READER;
        if ((left & WAITERS) != 0 && left < READER) {
            serveList(cpu);
        }
    }

    public void downWrite(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquire(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        cpu.enter(KernelFunction.DOWN_WRITE);
        if (!cpu.cas(counts, 0, WRITER)) {
            sleepToWrite(cpu);
        }
        nameOwner(cpu);
        LockUse.taken(cpu, lockClass, LockDep.WRITE);
        cpu.exit();
    }

    public void upWrite(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        LockUse.released(cpu, lockClass, LockDep.WRITE);
        nameOwner(cpu);
        if ((cpu.fetchAnd(counts, ~WRITER) & WAITERS) != 0) {
            serveList(cpu);
        }
    }

    /// As [#downWrite], of one of many locks of a class that are taken together, in an order that
    /// all who do so keep (`down_write_nest_lock`). [LockDep] is not told: it knows the lock that
    /// the caller holds around them all.
    public void downWriteNested(Cpu cpu) {
        LockDep.mightSleep(cpu);
        cpu.enter(KernelFunction.DOWN_WRITE);
        if (!cpu.cas(counts, 0, WRITER)) {
            sleepToWrite(cpu);
        }
        nameOwner(cpu);
        LockUse.taken(cpu, lockClass, LockDep.WRITE);
        cpu.exit();
    }

    /// Ends [#downWriteNested].
    public void upWriteNested(Cpu cpu) {
        LockUse.released(cpu, lockClass, LockDep.WRITE);
        nameOwner(cpu);
        if ((cpu.fetchAnd(counts, ~WRITER) & WAITERS) != 0) {
            serveList(cpu);
        }
    }

    /// Enters for reading if no writer holds the lock and nobody waits.
    public boolean tryDownRead(Cpu cpu) {
        TryRead attempt = attempts.of(cpu);
        attempt.looked = false;
        cpu.perform(attempt);
        if (attempt.succeeded) {
            nameOwner(cpu);
        }
        return attempt.succeeded;
    }

    /// Enters for writing if nobody is inside or waits.
    public boolean tryDownWrite(Cpu cpu) {
        if (cpu.load(counts) != 0 || !cpu.cas(counts, 0, WRITER)) {
            return false;
        }
        nameOwner(cpu);
        taken(cpu, LockDep.WRITE);
        return true;
    }

    /// Whether `cpu` holds the lock in either mode; where checking is not armed, whether anybody
    /// does.
    public boolean isHeldBy(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        return dep != null ? dep.holds(this) : (counts.snapshot() & ~WAITERS) != 0;
    }

    /// Whether `cpu` holds the lock for writing; where checking is not armed, whether anybody does.
    public boolean isHeldForWriteBy(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        return dep != null ? dep.mode(this) == LockDep.WRITE : (counts.snapshot() & WRITER) != 0;
    }

    /// A hint without a step: somebody sleeps in the queue.
    public boolean isContended() {
        return (counts.snapshot() & WAITERS) != 0;
    }

    /// `rwsem_set_owner`, `rwsem_set_reader_owned`, `rwsem_clear_owner`. On the line of the counts,
    /// which have just been written, it costs nothing.
    private void nameOwner(Cpu cpu) {
        if (owner != null) {
            cpu.plainly();
            cpu.touch(owner);
        }
    }

    private void taken(Cpu cpu, int mode) {
        LockUse.taken(cpu, lockClass, mode);
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquired(cpu, this, 0, lockClass, mode);
        }
    }

    private void sleepToRead(Cpu cpu) {
        long since = cpu.now();
        listLock.acquire(cpu);
        if (first == null && (cpu.load(counts) & WRITER) == 0) {
            // The writer has left and nobody is queued: the count added on arrival stands.
            listLock.release(cpu);
            LockUse.waited(cpu, lockClass, LockDep.READ, since);
            return;
        }
        Waiter me = append(cpu, false);
        cpu.fetchAdd(counts, (first == me ? WAITERS : 0) - READER);
        serve(cpu);
        listLock.release(cpu);
        cpu.block(me.word, GRANTED, GRANTED);
        LockUse.waited(cpu, lockClass, LockDep.READ, since);
    }

    private void sleepToWrite(Cpu cpu) {
        long since = cpu.now();
        listLock.acquire(cpu);
        Waiter me = append(cpu, true);
        if (first == me) {
            cpu.fetchOr(counts, WAITERS);
        }
        serve(cpu);
        listLock.release(cpu);
        cpu.block(me.word, GRANTED, GRANTED);
        LockUse.waited(cpu, lockClass, LockDep.WRITE, since);
    }

    private Waiter append(Cpu cpu, boolean writer) {
        Waiter me = waiters.of(cpu);
        me.writer = writer;
        me.next = null;
        cpu.store(me.word, 0);
        if (last == null) {
            first = me;
        } else {
            last.next = me;
        }
        last = me;
        return me;
    }

    private void serveList(Cpu cpu) {
        listLock.acquire(cpu);
        serve(cpu);
        listLock.release(cpu);
    }

    /// Hands the lock to the head of the list if it is free for it. The caller holds the list's
    /// lock.
    private void serve(Cpu cpu) {
        Waiter head = first;
        if (head == null) {
            return;
        }
        if (head.writer) {
            if (cpu.cas(counts, WAITERS, head.next == null ? WRITER : WRITER | WAITERS)) {
                grant(cpu, head);
            }
            return;
        }
        if ((cpu.load(counts) & WRITER) != 0) {
            return;
        }
        long readers = 0;
        Waiter end = head;
        while (end != null && !end.writer) {
            readers += READER;
            end = end.next;
        }
        cpu.fetchAdd(counts, readers - (end == null ? WAITERS : 0));
        for (Waiter reader = head; reader != null && reader != end; reader = first) {
            grant(cpu, reader);
        }
    }

    /// Takes the head off the list; from the store on it is its CPU's again.
    private void grant(Cpu cpu, Waiter head) {
        first = head.next;
        if (first == null) {
            last = null;
        }
        cpu.store(head.word, GRANTED);
    }

    /// The turns of [#tryDownRead]: looks, and enters if nobody has changed what it saw.
    private final class TryRead extends Turns {
        private boolean looked;
        private long found;
        private boolean succeeded;

        @Override
        Word word() {
            return counts;
        }

        @Override
        boolean reads() {
            return !looked;
        }

        @Override
        boolean turn(Cpu cpu) {
            if (!looked) {
                found = cpu.load(counts);
                looked = (found & (WRITER | WAITERS)) == 0;
                succeeded = false;
                return looked;
            }
            looked = false;
            succeeded = cpu.cas(counts, found, found + READER);
            if (succeeded) {
                taken(cpu, LockDep.READ);
            }
            return !succeeded;
        }
    }

    /// A CPU's place in the list; all but the word belongs to the holder of the list's lock.
    private static final class Waiter {
        final Word word = new Word();
        boolean writer;
        @Nullable Waiter next;
    }
}
