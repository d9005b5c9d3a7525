package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// A fair spinning lock for many readers or one writer (`qrwlock`): the lock of the secondary MMU.
///
/// ## How it works
///
/// One word of counts, and a [QueuedSpinLock] in which whoever cannot enter at once waits its turn:
///
/// ```
///  63                     9   8        7      0
/// +------------------------+---------+----------+
/// | readers                | WAITING |  LOCKED  |
/// +------------------------+---------+----------+
/// ```
///
/// A reader adds itself first and looks afterwards: one read-modify-write if no writer holds or
/// stands at the head of the queue. Otherwise it takes itself off again, queues, and as head of the
/// queue adds itself once more and spins until LOCKED is off. A writer wants the whole word to be
/// zero; as head of the queue it sets WAITING, spins until nothing but WAITING is left, and turns
/// that into LOCKED.
///
/// These details decide how the lock behaves under load, and are kept exactly:
///
/// - Only the head of the queue spins on the counts.
/// - WAITING is set by a writer at the *head* of the queue. A reader that arrives while the writer
///   still stands behind others in the queue passes it.
/// - A reader at the head ignores WAITING, which only the head can set: it waits for the holder
///   only.
/// - Every read section costs two read-modify-writes of one line, writers or not.
/// - After a writer leaves, queued readers enter one by one, each handing the queue on.
///
/// Left out: readers in interrupt context, which pass WAITING; this machine has no such readers.
///
/// ## Invariants
///
/// - LOCKED is set only by a compare-and-swap from zero, or from WAITING by the head of the queue:
///   so with readers inside or another writer it cannot be set.
/// - A reader owns its section once its addition returned a word without WAITING and LOCKED (or, as
///   head, without LOCKED): from then on its count keeps the word away from zero and from WAITING.
/// - A transient count of a reader that backs off can delay a writer, never admit one.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | counts: reader off | `readUnlock` | full | writer's `cas` / `await` | full / acquire | the reader's loads stay before the writer's stores |
/// | counts: LOCKED off | `writeUnlock` | full | reader's `fetchAdd` or `await`, writer's `cas` | full / acquire | the writer's stores |
/// | counts: WAITING | writer at the head | full | arriving reader's `fetchAdd` | full | nothing: it decides who waits |
///
/// An upper bound on a writer's wait, from the time it is head: the sections already entered, and
/// the transient counts of CPUs that arrive, each of which sees WAITING and goes away.
public final class QueuedRwLock {
    private static final long LOCKED = 0xff;
    private static final long WAITING = 0x100;
    private static final long READER = 0x200;

    private final LockClass lockClass;
    private final Word counts = new Word();
    private final QueuedSpinLock queue;
    private final PerCpu<Waiter> waiters = new PerCpu<>(Waiter::new);

    public QueuedRwLock(LockClass lockClass) {
        this.lockClass = lockClass;
        queue = QueuedSpinLock.beside(counts, lockClass);
    }

    public void readLock(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquire(cpu, this, 0, lockClass, LockDep.READ);
        }
        cpu.enter(KernelFunction.RAW_READ_LOCK);
        cpu.perform(waiters.of(cpu).from(Turn.READ));
        LockUse.taken(cpu, lockClass, LockDep.READ);
        cpu.exit();
    }

    public void readUnlock(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, this, 0, lockClass, LockDep.READ);
        }
        LockUse.released(cpu, lockClass, LockDep.READ);
        cpu.only(MemoryOrder.RELEASE);
        cpu.fetchAdd(counts, -READER);
    }

    public void writeLock(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquire(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        cpu.enter(KernelFunction.RAW_WRITE_LOCK);
        cpu.perform(waiters.of(cpu).from(Turn.WRITE));
        LockUse.taken(cpu, lockClass, LockDep.WRITE);
        cpu.exit();
    }

    public void writeUnlock(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        LockUse.released(cpu, lockClass, LockDep.WRITE);
        cpu.plainly();
        cpu.only(MemoryOrder.RELEASE);
        cpu.fetchAnd(counts, ~LOCKED);
    }

    /// Enters for reading if no writer holds the lock or waits at the head of the queue.
    public boolean tryReadLock(Cpu cpu) {
        if ((cpu.load(counts) & (WAITING | LOCKED)) != 0) {
            return false;
        }
        if ((cpu.fetchAdd(counts, READER) & (WAITING | LOCKED)) != 0) {
            cpu.fetchAdd(counts, -READER);
            return false;
        }
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquired(cpu, this, 0, lockClass, LockDep.READ);
        }
        LockUse.taken(cpu, lockClass, LockDep.READ);
        return true;
    }

    /// Enters for writing if nobody is inside and no writer waits at the head of the queue.
    public boolean tryWriteLock(Cpu cpu) {
        if (cpu.load(counts) != 0 || !cpu.cas(counts, 0, LOCKED)) {
            return false;
        }
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquired(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        LockUse.taken(cpu, lockClass, LockDep.WRITE);
        return true;
    }

    /// Whether `cpu` holds the lock in either mode; where checking is not armed, whether anybody
    /// does.
    public boolean isHeldBy(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        return dep != null ? dep.holds(this) : (counts.snapshot() & ~WAITING) != 0;
    }

    /// Whether `cpu` holds the lock for writing; where checking is not armed, whether anybody does.
    public boolean isHeldForWriteBy(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        return dep != null ? dep.mode(this) == LockDep.WRITE : (counts.snapshot() & LOCKED) != 0;
    }

    /// A hint without a step: somebody waits, so that a long holder should let go
    /// (`rwlock_needbreak`).
    public boolean isContended() {
        return queue.isLocked();
    }

    /// What a CPU that wants to enter does next.
    private enum Turn {
        READ,
        BACK_OFF,
        QUEUE_TO_READ,
        ENTER,
        AWAIT_WRITER,
        WRITE,
        QUEUE_TO_WRITE,
        LOOK,
        TAKE,
        ANNOUNCE,
        AWAIT_READERS,
        TAKE_ANNOUNCED,
        LEAVE_QUEUE
    }

    /// A CPU that queues, and how far it has come.
    private final class Waiter extends Turns {
        private Turn at = Turn.READ;
        private @Nullable Turns queueing;
        private long since;
        private int mode;

        Waiter from(Turn first) {
            at = first;
            return this;
        }

        /// Did not enter at once.
        private void waits(Cpu cpu, int as, Turn next) {
            since = cpu.now();
            mode = as;
            queueing = queue.taking(cpu);
            at = next;
        }

        @Override
        Word word() {
            return switch (at) {
                case QUEUE_TO_READ, QUEUE_TO_WRITE -> requireNonNull(queueing).word();
                case LEAVE_QUEUE -> queue.word();
                default -> counts;
            };
        }

        @Override
        boolean reads() {
            return switch (at) {
                case QUEUE_TO_READ, QUEUE_TO_WRITE -> requireNonNull(queueing).reads();
                case AWAIT_WRITER, LOOK, AWAIT_READERS -> true;
                default -> false;
            };
        }

        @Override
        boolean stores() {
            return switch (at) {
                case QUEUE_TO_READ, QUEUE_TO_WRITE -> requireNonNull(queueing).stores();
                case LEAVE_QUEUE -> true;
                default -> false;
            };
        }

        @Override
        boolean turn(Cpu cpu) {
            switch (at) {
                case READ -> {
                    cpu.only(MemoryOrder.ACQUIRE);
                    if ((cpu.fetchAdd(counts, READER) & (WAITING | LOCKED)) == 0) {
                        return false;
                    }
                    waits(cpu, LockDep.READ, Turn.BACK_OFF);
                }
                case WRITE -> {
                    cpu.only(MemoryOrder.ACQUIRE);
                    if (cpu.cas(counts, 0, LOCKED)) {
                        return false;
                    }
                    waits(cpu, LockDep.WRITE, Turn.QUEUE_TO_WRITE);
                }
                case BACK_OFF -> {
                    cpu.fetchAdd(counts, -READER);
                    at = Turn.QUEUE_TO_READ;
                }
                case QUEUE_TO_READ -> queue(cpu, Turn.ENTER);
                case ENTER -> {
                    cpu.fetchAdd(counts, READER);
                    at = Turn.AWAIT_WRITER;
                }
                case AWAIT_WRITER -> {
                    if (cpu.awaits(this, counts, LOCKED, 0)) {
                        at = Turn.LEAVE_QUEUE;
                    }
                }
                case LEAVE_QUEUE -> {
                    queue.release(cpu);
                    LockUse.waited(cpu, lockClass, mode, since);
                    return false;
                }
                default -> write(cpu);
            }
            return true;
        }

        private void write(Cpu cpu) {
            switch (at) {
                case QUEUE_TO_WRITE -> queue(cpu, Turn.LOOK);
                case LOOK -> at = cpu.load(counts) == 0 ? Turn.TAKE : Turn.ANNOUNCE;
                case TAKE -> at = cpu.cas(counts, 0, LOCKED) ? Turn.LEAVE_QUEUE : Turn.ANNOUNCE;
                case ANNOUNCE -> {
                    cpu.fetchOr(counts, WAITING);
                    at = Turn.AWAIT_READERS;
                }
                case AWAIT_READERS -> {
                    if (cpu.awaits(this, counts, -1, WAITING)) {
                        at = Turn.TAKE_ANNOUNCED;
                    }
                }
                default ->
                        at =
                                cpu.cas(counts, WAITING, LOCKED)
                                        ? Turn.LEAVE_QUEUE
                                        : Turn.AWAIT_READERS;
            }
        }

        private void queue(Cpu cpu, Turn then) {
            if (!requireNonNull(queueing).turn(cpu)) {
                at = then;
            }
        }
    }
}
