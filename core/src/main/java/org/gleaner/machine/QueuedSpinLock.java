package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// A fair spinning lock: one word that is free or not, and a queue of waiters behind it
/// (`qspinlock`).
///
/// ## How it works
///
/// The lock is one word. Bit 0 says that it is held; the upper half names the last CPU in the
/// queue, by id plus one. Free and without queue it is zero, and taking it is one compare-and-swap.
///
/// Who finds it otherwise puts itself at the tail and, if there was a tail before, links itself
/// into that CPU's *node* and spins on its own node: no traffic on the lock while it waits. The
/// head of the queue alone spins on the lock word. When it has the lock it leaves the queue: if it
/// is also the tail by clearing the tail, otherwise by granting the next node, whose CPU becomes
/// the head and spins on the lock word in its turn, while the lock is held. So an unlock costs one
/// line transfer, however many wait, and the order of tails is the order of service.
///
/// A node is one word: bit 0 *granted*, upper half the next CPU. There is one for each CPU that
/// ever queued here; a CPU cannot wait twice for one lock, because nothing interrupts it.
///
/// The way into the lock is cut into [Turns], so that a CPU in virtual time takes it without
/// changing stacks at each step.
///
/// Left out: the pending bit, by which the second CPU waits without a node. It would save a store
/// and a compare-and-swap where exactly two CPUs contend, and changes neither order nor exclusion.
///
/// ## Invariants
///
/// - While the tail is not zero nobody but the head can set LOCKED: the fast path wants a zero
///   word.
/// - A node is reset before it becomes the tail, and is written by exactly two others after that:
///   the next CPU (its link) and the one before (the grant), both by read-modify-write.
/// - A CPU reads the table of nodes only for CPUs that it learnt from a word they wrote after
///   making their node.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | lock: LOCKED off | `release` | full | next taker: `cas`, or the head's `await` | full / acquire | what the critical section wrote |
/// | lock: tail | queueing CPU | full | the next to queue | full | reset of the node, before |
/// | node: next | queueing CPU | full | head leaving | acquire | the next node's reset |
/// | node: granted | head leaving | full | next CPU's `await` | acquire | nothing but the queue's order |
public final class QueuedSpinLock {
    private static final long LOCKED = 1;
    private static final long GRANTED = 1;
    private static final int CPU_SHIFT = 32;

    private final LockClass lockClass;
    private final Word lock;
    private final PerCpu<Waiter> waiters = new PerCpu<>(Waiter::new);

    public QueuedSpinLock(LockClass lockClass) {
        this(lockClass, new Word());
    }

    private QueuedSpinLock(LockClass lockClass, Word lock) {
        this.lockClass = lockClass;
        this.lock = lock;
    }

    /// A lock on the cache line of a word.
    public static QueuedSpinLock beside(Word word, LockClass lockClass) {
        return new QueuedSpinLock(lockClass, new Word(word));
    }

    /// Takes the lock; waiters are served in the order they came.
    public void lock(Cpu cpu) {
        cpu.perform(entering(cpu));
    }

    /// The turns of [#lock], to be taken at once.
    Turns entering(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquire(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        cpu.enter(KernelFunction.RAW_SPIN_LOCK);
        return cpu.entry.into(this);
    }

    public void unlock(Cpu cpu) {
        releasing(cpu);
        release(cpu);
    }

    /// What [#unlock] does before its step.
    void releasing(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        LockUse.released(cpu, lockClass, LockDep.WRITE);
    }

    /// Takes the lock if it is free and nobody waits.
    public boolean tryLock(Cpu cpu) {
        if (cpu.load(lock) != 0 || !cpu.cas(lock, 0, LOCKED)) {
            return false;
        }
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquired(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        LockUse.taken(cpu, lockClass, LockDep.WRITE);
        return true;
    }

    /// Whether `cpu` holds the lock; where checking is not armed, whether anybody does.
    public boolean isHeldBy(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        return dep != null ? dep.holds(this) : isLocked();
    }

    /// A hint without a step: somebody holds the lock.
    public boolean isLocked() {
        return (lock.snapshot() & LOCKED) != 0;
    }

    /// A hint without a step: somebody waits for the lock.
    public boolean isContended() {
        return lock.snapshot() >>> CPU_SHIFT != 0;
    }

    /// Id of the CPU that came last of those that wait, or -1.
    int lastInQueue() {
        return (int) (lock.snapshot() >>> CPU_SHIFT) - 1;
    }

    /// [#lock] without checking and without a frame, for locks made of this one.
    void acquire(Cpu cpu) {
        cpu.perform(taking(cpu));
    }

    void release(Cpu cpu) {
        cpu.only(MemoryOrder.RELEASE);
        cpu.fetchAnd(lock, ~LOCKED);
    }

    /// The turns by which `cpu` takes the lock, from the first attempt on.
    Turns taking(Cpu cpu) {
        return waiters.of(cpu).from(Turn.TAKE);
    }

    /// That is locked or not.
    Word word() {
        return lock;
    }

    private Word nodeOf(long word) {
        Waiter waiter = waiters.get((int) (word >>> CPU_SHIFT) - 1);
        if (waiter == null) {
            throw new IllegalStateException("no node behind " + Long.toHexString(word));
        }
        return waiter.node;
    }

    /// A CPU on its way through [#lock]. A CPU has one, for it enters one lock at a time, and a
    /// place in the queue only where it had to wait.
    static final class Entry extends Turns {
        private @Nullable QueuedSpinLock into;
        private @Nullable Turns queueing;
        private long since;

        private Entry into(QueuedSpinLock lock) {
            into = lock;
            queueing = null;
            return this;
        }

        private QueuedSpinLock lock() {
            return requireNonNull(into);
        }

        @Override
        Word word() {
            return queueing == null ? lock().lock : queueing.word();
        }

        @Override
        boolean reads() {
            return queueing != null && queueing.reads();
        }

        @Override
        boolean turn(Cpu cpu) {
            Turns queue = queueing;
            if (queue != null) {
                if (queue.turn(cpu)) {
                    return true;
                }
                LockUse.waited(cpu, lock().lockClass, LockDep.WRITE, since);
            } else {
                cpu.only(MemoryOrder.ACQUIRE);
                if (!cpu.cas(lock().lock, 0, LOCKED)) {
                    since = cpu.now();
                    queueing = lock().waiters.of(cpu).from(Turn.RESET);
                    return true;
                }
            }
            LockUse.taken(cpu, lock().lockClass, LockDep.WRITE);
            cpu.exit();
            return false;
        }
    }

    /// What a CPU that wants the lock does next.
    private enum Turn {
        TAKE,
        RESET,
        LOOK,
        ENQUEUE,
        LINK,
        AWAIT_GRANT,
        AWAIT_LOCK,
        LEAVE_EMPTY,
        LEAVE,
        FIND_NEXT,
        AWAIT_NEXT,
        GRANT
    }

    /// A CPU's place in the queue: its node, and how far it has come.
    private final class Waiter extends Turns {
        final Word node = new Word();
        private Turn at = Turn.TAKE;
        private long before;
        private long next;

        Waiter from(Turn first) {
            at = first;
            return this;
        }

        @Override
        Word word() {
            return switch (at) {
                case TAKE, LOOK, ENQUEUE, AWAIT_LOCK, LEAVE_EMPTY, LEAVE -> lock;
                case RESET, AWAIT_GRANT, FIND_NEXT, AWAIT_NEXT -> node;
                case LINK -> nodeOf(before);
                case GRANT -> nodeOf(next);
            };
        }

        @Override
        boolean reads() {
            return switch (at) {
                case LOOK, AWAIT_GRANT, AWAIT_LOCK, FIND_NEXT, AWAIT_NEXT -> true;
                case TAKE, RESET, ENQUEUE, LINK, LEAVE_EMPTY, LEAVE, GRANT -> false;
            };
        }

        @Override
        boolean turn(Cpu cpu) {
            return switch (at) {
                case TAKE, RESET, LOOK, ENQUEUE, LINK, AWAIT_GRANT -> come(cpu);
                case AWAIT_LOCK, LEAVE_EMPTY, LEAVE, FIND_NEXT, AWAIT_NEXT, GRANT -> leave(cpu);
            };
        }

        /// From the first attempt to the head of the queue.
        private boolean come(Cpu cpu) {
            long me = (cpu.id + 1L) << CPU_SHIFT;
            switch (at) {
                case TAKE -> {
                    cpu.only(MemoryOrder.ACQUIRE);
                    at = Turn.RESET;
                    return !cpu.cas(lock, 0, LOCKED);
                }
                case RESET -> {
                    cpu.store(node, 0);
                    at = Turn.LOOK;
                }
                case LOOK -> {
                    before = cpu.load(lock);
                    at = Turn.ENQUEUE;
                }
                case ENQUEUE -> {
                    if (!cpu.cas(lock, before, me | before & LOCKED)) {
                        at = Turn.LOOK;
                    } else {
                        at = before >>> CPU_SHIFT != 0 ? Turn.LINK : Turn.AWAIT_LOCK;
                    }
                }
                case LINK -> {
                    cpu.fetchOr(nodeOf(before), me);
                    at = Turn.AWAIT_GRANT;
                }
                default -> {
                    if (cpu.awaits(this, node, GRANTED, GRANTED)) {
                        at = Turn.AWAIT_LOCK;
                    }
                }
            }
            return true;
        }

        /// From the head of the queue to the lock, with the queue handed on.
        private boolean leave(Cpu cpu) {
            long me = (cpu.id + 1L) << CPU_SHIFT;
            switch (at) {
                case AWAIT_LOCK -> {
                    if (cpu.awaits(this, lock, LOCKED, 0)) {
                        at = seen == me ? Turn.LEAVE_EMPTY : Turn.LEAVE;
                    }
                }
                case LEAVE_EMPTY -> {
                    at = Turn.LEAVE;
                    return !cpu.cas(lock, me, LOCKED);
                }
                case LEAVE -> {
                    cpu.fetchOr(lock, LOCKED);
                    at = Turn.FIND_NEXT;
                }
                case FIND_NEXT -> {
                    next = cpu.load(node);
                    at = next >>> CPU_SHIFT == 0 ? Turn.AWAIT_NEXT : Turn.GRANT;
                }
                case AWAIT_NEXT -> {
                    if (cpu.awaitsChange(this, node, next)) {
                        next = seen;
                        at = next >>> CPU_SHIFT == 0 ? Turn.AWAIT_NEXT : Turn.GRANT;
                    }
                }
                default -> {
                    cpu.fetchOr(nodeOf(next), GRANTED);
                    return false;
                }
            }
            return true;
        }
    }
}
