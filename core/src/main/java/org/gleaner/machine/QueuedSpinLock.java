package org.gleaner.machine;

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
    private final Word lock = new Word();
    private final PerCpu<Word> nodes = new PerCpu<>(Word::new);

    public QueuedSpinLock(LockClass lockClass) {
        this.lockClass = lockClass;
    }

    /// Takes the lock; waiters are served in the order they came.
    public void lock(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquire(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        cpu.enter(KernelFunction.RAW_SPIN_LOCK);
        cpu.only(MemoryOrder.ACQUIRE);
        if (!cpu.cas(lock, 0, LOCKED)) {
            long since = cpu.now();
            queue(cpu);
            LockUse.waited(cpu, lockClass, LockDep.WRITE, since);
        }
        LockUse.taken(cpu, lockClass, LockDep.WRITE);
        cpu.exit();
    }

    public void unlock(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, this, 0, lockClass, LockDep.WRITE);
        }
        LockUse.released(cpu, lockClass, LockDep.WRITE);
        release(cpu);
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
        cpu.only(MemoryOrder.ACQUIRE);
        if (!cpu.cas(lock, 0, LOCKED)) {
            queue(cpu);
        }
    }

    void release(Cpu cpu) {
        cpu.only(MemoryOrder.RELEASE);
        cpu.fetchAnd(lock, ~LOCKED);
    }

    private void queue(Cpu cpu) {
        long me = (cpu.id + 1L) << CPU_SHIFT;
        Word node = nodes.of(cpu);
        cpu.store(node, 0);
        long before = cpu.load(lock);
        while (!cpu.cas(lock, before, me | before & LOCKED)) {
            before = cpu.load(lock);
        }
        if (before >>> CPU_SHIFT != 0) {
            cpu.fetchOr(nodeOf(before), me);
            cpu.await(node, GRANTED, GRANTED);
        }
        long seen = cpu.await(lock, LOCKED, 0);
        if (seen == me && cpu.cas(lock, me, LOCKED)) {
            return;
        }
        cpu.fetchOr(lock, LOCKED);
        long next = cpu.load(node);
        while (next >>> CPU_SHIFT == 0) {
            next = cpu.awaitChange(node, next);
        }
        cpu.fetchOr(nodeOf(next), GRANTED);
    }

    private Word nodeOf(long word) {
        Word node = nodes.get((int) (word >>> CPU_SHIFT) - 1);
        if (node == null) {
            throw new IllegalStateException("no node behind " + Long.toHexString(word));
        }
        return node;
    }
}
