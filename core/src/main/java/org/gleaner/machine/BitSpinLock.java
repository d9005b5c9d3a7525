package org.gleaner.machine;

import org.jspecify.annotations.Nullable;

/// Locks that are single bits of slab words: a folio's lock, the lock of an rmap head.
///
/// One object serves all words of one kind; a lock is named by slab, index and bit number. Whether
/// a waiter sleeps (`folio_lock`) or spins (`bit_spin_lock`) is the [LockClass]'s kind.
///
/// ## How it works
///
/// Taking a free lock is one `fetchOr`, releasing it one `fetchAnd`. Nobody can wait on a slab
/// word, so waiters meet in a table of 256 buckets, chosen by index, as the kernel's folio wait
/// queues do. A waiter locks the bucket, counts itself, tries once more, and waits on a word of its
/// own. Who releases the bit and sees the bucket's count takes the bit again *for* the first waiter
/// of that very lock, and wakes it as the owner. If a newcomer was faster the waiter stays, and the
/// newcomer's release will serve it: a newcomer may pass a waiter once per release, as in the
/// kernel. Waiters of one lock are served in the order they came.
///
/// Waiting by polling the slab word would do as well on real threads. In virtual time each poll is
/// an event, and a long wait would be nothing but events; here it is one.
///
/// ## Why no wake-up is lost
///
/// The waiter adds itself to the count and then tries the bit, both full; the releaser clears the
/// bit and then, behind a full fence, reads the count. One of the two sees the other's write:
/// either the waiter gets the bit, or the releaser sees the count and goes to the bucket. There the
/// bucket's lock orders it after the waiter's appending.
///
/// The releaser's read is no step. In virtual time it runs in the same step as the clearing, which
/// is exact; a step there would charge every release of a folio lock for a line it does not need.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | slab bit off | `unlock` | full | `lock`, `tryLock` | full | the critical section |
/// | bucket's count | waiter, server | full | `unlock` | acquire after full fence | slab bit: store, fence, load on both sides |
/// | waiter's word | server | release | `await` / `block` | acquire | taking of the bit on its behalf |
public final class BitSpinLock {
    private static final int BUCKETS = 256;
    private static final long GRANTED = 1;

    private final LockClass lockClass;
    private final Bucket[] buckets = new Bucket[BUCKETS];
    private final PerCpu<Waiter> waiters = new PerCpu<>(Waiter::new);

    public BitSpinLock(LockClass lockClass) {
        this.lockClass = lockClass;
        for (int b = 0; b < BUCKETS; b++) {
            buckets[b] = new Bucket(lockClass);
        }
    }

    /// Takes the lock that is bit number `bit` (0 to 63) of `slab[i]`.
    public void lock(Cpu cpu, long[] slab, int i, int bit) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquire(cpu, slab, i, lockClass, LockDep.WRITE);
        }
        if (!take(cpu, slab, i, 1L << bit)) {
            long since = cpu.now();
            waitFor(cpu, slab, i, 1L << bit);
            LockUse.waited(cpu, lockClass, LockDep.WRITE, since);
        }
        LockUse.taken(cpu, lockClass, LockDep.WRITE);
    }

    public void unlock(Cpu cpu, long[] slab, int i, int bit) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, slab, i, lockClass, LockDep.WRITE);
        }
        LockUse.released(cpu, lockClass, LockDep.WRITE);
        cpu.fetchAnd(slab, i, ~(1L << bit));
        cpu.fence(); // Pairs with the fetchAdd in waitFor.
        Bucket bucket = bucket(i);
        if (cpu.peek(bucket.waiting) != 0) {
            serve(cpu, bucket, slab, i, 1L << bit);
        }
    }

    /// Takes the lock if it is free.
    public boolean tryLock(Cpu cpu, long[] slab, int i, int bit) {
        if (!take(cpu, slab, i, 1L << bit)) {
            return false;
        }
        LockUse.taken(cpu, lockClass, LockDep.WRITE);
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquired(cpu, slab, i, lockClass, LockDep.WRITE);
        }
        return true;
    }

    /// Whether `cpu` holds the lock; where checking is not armed, whether anybody does.
    public boolean isHeldBy(Cpu cpu, long[] slab, int i, int bit) {
        LockDep dep = cpu.lockDep;
        return dep != null ? dep.holds(slab, i, lockClass) : (cpu.peek(slab, i) >>> bit & 1) != 0;
    }

    private static boolean take(Cpu cpu, long[] slab, int i, long mask) {
        return (cpu.fetchOr(slab, i, mask) & mask) == 0;
    }

    private Bucket bucket(int i) {
        return buckets[i * 0x9E37_79B9 >>> 24];
    }

    private void waitFor(Cpu cpu, long[] slab, int i, long mask) {
        Bucket bucket = bucket(i);
        bucket.lock.acquire(cpu);
        cpu.fetchAdd(bucket.waiting, 1);
        if (take(cpu, slab, i, mask)) {
            cpu.fetchAdd(bucket.waiting, -1);
            bucket.lock.release(cpu);
            return;
        }
        Waiter me = waiters.of(cpu);
        me.slab = slab;
        me.index = i;
        me.mask = mask;
        cpu.store(me.word, 0);
        bucket.append(me);
        bucket.lock.release(cpu);
        if (lockClass.kind == LockClass.Kind.SLEEPING) {
            cpu.block(me.word, GRANTED, GRANTED);
        } else {
            cpu.await(me.word, GRANTED, GRANTED);
        }
    }

    private void serve(Cpu cpu, Bucket bucket, long[] slab, int i, long mask) {
        bucket.lock.acquire(cpu);
        Waiter waiter = bucket.first(slab, i, mask);
        if (waiter != null && take(cpu, slab, i, mask)) {
            bucket.remove(waiter);
            cpu.fetchAdd(bucket.waiting, -1);
            cpu.store(waiter.word, GRANTED);
        }
        bucket.lock.release(cpu);
    }

    /// Waiters of all locks with one hash; the list belongs to the holder of the bucket's lock.
    private static final class Bucket {
        final QueuedSpinLock lock;
        final Word waiting = new Word();
        private @Nullable Waiter head;

        Bucket(LockClass lockClass) {
            lock = new QueuedSpinLock(lockClass);
        }

        void append(Waiter waiter) {
            waiter.next = null;
            Waiter at = head;
            if (at == null) {
                head = waiter;
                return;
            }
            while (at.next != null) {
                at = at.next;
            }
            at.next = waiter;
        }

        @Nullable Waiter first(long[] slab, int i, long mask) {
            Waiter at = head;
            while (at != null && !(at.slab == slab && at.index == i && at.mask == mask)) {
                at = at.next;
            }
            return at;
        }

        void remove(Waiter waiter) {
            if (head == waiter) {
                head = waiter.next;
                return;
            }
            for (Waiter at = head; at != null; at = at.next) {
                if (at.next == waiter) {
                    at.next = waiter.next;
                    return;
                }
            }
        }
    }

    /// A CPU's place in a bucket; all but the word belongs to the holder of the bucket's lock.
    private static final class Waiter {
        final Word word = new Word();
        long @Nullable [] slab;
        int index;
        long mask;
        @Nullable Waiter next;
    }
}
