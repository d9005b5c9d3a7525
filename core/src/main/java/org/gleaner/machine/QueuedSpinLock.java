package org.gleaner.machine;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/// A fair spinning lock: one word that is free or not, and a queue of waiters behind it
/// (`qspinlock`).
///
/// ## How it works
///
/// The lock is one word. Bit 0 says that it is held, bit 1 that somebody waits without a queue; the
/// upper half names the last CPU in the queue, by id plus one. Free and with nobody waiting it is
/// zero, and taking it is one compare-and-swap.
///
/// - Who finds it held and nothing else sets PENDING, spins on the lock word, and turns PENDING
///   into LOCKED once that is off. Who finds PENDING alone waits for the moment in which that
///   happens.
/// - Who finds more exchanges the tail for itself and, if there was a tail before, links itself
///   into that CPU's *node* and spins on its own node: no traffic on the lock while it waits. The
///   head of the queue alone spins on the lock word, until LOCKED and PENDING are off. When it has
///   the lock it leaves the queue: if it is also the tail by clearing the tail, otherwise by
///   granting the next node, whose CPU becomes the head and spins on the lock word in its turn,
///   while the lock is held. So an unlock costs one line transfer, however many wait, and the order
///   of tails is the order of service.
///
/// Hardware has LOCKED, PENDING and the tail in bytes of their own: what only one CPU may write is
/// a store there ([Cpu#plainly]), the unlock, the claims, the link and the grant, and holds nobody
/// up. Who is next was linked on the line that brought the grant, or has to be waited for.
///
/// A node is one word: bit 0 *granted*, upper half the next CPU. There is one for each CPU that
/// ever queued here; a CPU cannot wait twice for one lock, because nothing interrupts it.
///
/// The way into the lock is cut into [Turns], so that a CPU in virtual time takes it without
/// changing stacks at each step.
///
/// ## Invariants
///
/// - While PENDING is set only who set it can set LOCKED; while it is not and the tail is not zero,
///   only the head: the fast path wants a zero word.
/// - Who set PENDING and finds another waiter before it takes it back and queues, so that a head
///   that failed to clear the tail for it will see a next node.
/// - A node is reset before it becomes the tail, and is written by exactly two others after that:
///   the next CPU (its link) and the one before (the grant), both by read-modify-write.
/// - A CPU reads the table of nodes only for CPUs that it learnt from a word they wrote after
///   making their node.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | lock: LOCKED off | `release` | full | next taker: `cas`, or the head's `await` | full / acquire | what the critical section wrote |
/// | lock: PENDING | second CPU | full | head's `await` | acquire | nothing: it decides who is next |
/// | lock: tail | queueing CPU | full | the next to queue | full | reset of the node, before |
/// | node: next | queueing CPU | full | head leaving | acquire | the next node's reset |
/// | node: granted | head leaving | full | next CPU's `await` | acquire | nothing but the queue's order |
public final class QueuedSpinLock {
    private static final long LOCKED = 1;
    private static final long PENDING = 2;
    private static final long GRANTED = 1;
    private static final int CPU_SHIFT = 32;
    private static final long TAIL = -1L << CPU_SHIFT;

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

    /// A hint without a step: somebody holds the lock, or is about to.
    public boolean isLocked() {
        return lock.snapshot() != 0;
    }

    /// A hint without a step: somebody waits for the lock.
    public boolean isContended() {
        return (lock.snapshot() & ~LOCKED) != 0;
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
        cpu.plainly();
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
        boolean stores() {
            return queueing != null && queueing.stores();
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
                long found = cpu.casOrSeen(lock().lock, 0, LOCKED);
                if (found != 0) {
                    since = cpu.now();
                    queueing = lock().waiters.of(cpu).from(waitsWhere(found));
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
        AWAIT_HAND_OVER,
        PEND,
        UNPEND,
        AWAIT_HOLDER,
        CLAIM,
        RESET,
        LOOK,
        TAKE_LATE,
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

    /// How a CPU goes on that has found `found` in the lock's word, where it wanted zero.
    private static Turn waitsWhere(long found) {
        if ((found & ~LOCKED) == 0) {
            return Turn.PEND;
        }
        return found == PENDING ? Turn.AWAIT_HAND_OVER : Turn.RESET;
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
                case RESET, AWAIT_GRANT, FIND_NEXT, AWAIT_NEXT -> node;
                case LINK -> nodeOf(before);
                case GRANT -> nodeOf(next);
                default -> lock;
            };
        }

        @Override
        boolean reads() {
            return switch (at) {
                case AWAIT_HAND_OVER, AWAIT_HOLDER, LOOK -> true;
                case AWAIT_GRANT, AWAIT_LOCK, FIND_NEXT, AWAIT_NEXT -> true;
                default -> false;
            };
        }

        @Override
        boolean stores() {
            return switch (at) {
                case UNPEND, CLAIM, RESET, LINK, LEAVE, GRANT -> true;
                default -> false;
            };
        }

        @Override
        boolean turn(Cpu cpu) {
            return switch (at) {
                case TAKE, AWAIT_HAND_OVER, PEND, UNPEND, AWAIT_HOLDER, CLAIM -> comeSecond(cpu);
                case RESET, LOOK, TAKE_LATE, ENQUEUE, LINK, AWAIT_GRANT -> queue(cpu);
                case AWAIT_LOCK, LEAVE_EMPTY, LEAVE, FIND_NEXT, AWAIT_NEXT, GRANT -> leave(cpu);
            };
        }

        /// From the first attempt to the lock, where nobody waits yet.
        private boolean comeSecond(Cpu cpu) {
            switch (at) {
                case TAKE -> {
                    cpu.only(MemoryOrder.ACQUIRE);
                    long found = cpu.casOrSeen(lock, 0, LOCKED);
                    at = waitsWhere(found);
                    return found != 0;
                }
                case AWAIT_HAND_OVER -> {
                    if (cpu.awaitsChange(this, lock, PENDING)) {
                        at = (seen & ~LOCKED) == 0 ? Turn.PEND : Turn.RESET;
                    }
                }
                case PEND -> {
                    long found = cpu.fetchOr(lock, PENDING);
                    if ((found & ~LOCKED) == 0) {
                        at = found == 0 ? Turn.CLAIM : Turn.AWAIT_HOLDER;
                    } else {
                        at = (found & PENDING) == 0 ? Turn.UNPEND : Turn.RESET;
                    }
                }
                case UNPEND -> {
                    cpu.fetchAnd(lock, ~PENDING);
                    at = Turn.RESET;
                }
                case AWAIT_HOLDER -> {
                    if (cpu.awaits(this, lock, LOCKED, 0)) {
                        at = Turn.CLAIM;
                    }
                }
                default -> {
                    cpu.fetchAdd(lock, LOCKED - PENDING);
                    return false;
                }
            }
            return true;
        }

        /// From the end of the queue to its head.
        private boolean queue(Cpu cpu) {
            long me = (cpu.id + 1L) << CPU_SHIFT;
            switch (at) {
                case RESET -> {
                    cpu.store(node, 0);
                    at = Turn.LOOK;
                }
                case LOOK -> at = cpu.load(lock) == 0 ? Turn.TAKE_LATE : Turn.ENQUEUE;
                case TAKE_LATE -> {
                    cpu.only(MemoryOrder.ACQUIRE);
                    at = Turn.ENQUEUE;
                    return !cpu.cas(lock, 0, LOCKED);
                }
                case ENQUEUE -> {
                    before = cpu.swapBits(lock, TAIL, me);
                    next = 0;
                    at = (before & TAIL) != 0 ? Turn.LINK : Turn.AWAIT_LOCK;
                }
                case LINK -> {
                    cpu.fetchOr(nodeOf(before), me);
                    at = Turn.AWAIT_GRANT;
                }
                default -> {
                    if (cpu.awaits(this, node, GRANTED, GRANTED)) {
                        next = seen;
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
                    if (cpu.awaits(this, lock, LOCKED | PENDING, 0)) {
                        at = seen == me ? Turn.LEAVE_EMPTY : Turn.LEAVE;
                    }
                }
                case LEAVE_EMPTY -> {
                    at = Turn.LEAVE;
                    return !cpu.cas(lock, me, LOCKED);
                }
                case LEAVE -> {
                    cpu.fetchOr(lock, LOCKED);
                    at = next >>> CPU_SHIFT == 0 ? Turn.FIND_NEXT : Turn.GRANT;
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
