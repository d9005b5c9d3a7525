package org.gleaner.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Read-copy-update: what a reader may still see is not reused before every reader has gone.
///
/// ```
/// reader                      updater
/// rcu.readLock(cpu);          unlink(x);                // no new reader can find it
/// y = load(...); use(y);      rcu.call(cpu, free, x);   // or: rcu.synchronize(cpu); free(x);
/// rcu.readUnlock(cpu);
/// ```
///
/// ## How it works
///
/// Each CPU has a word that only it writes: a count that is odd inside a read section and even
/// outside, and grows with each outermost entry and exit. A *grace period* looks at every word
/// once. Even: that CPU was outside after the period began. Odd: it waits until the word is another
/// one, for then the section it saw is over; a section entered later is none of its business. So
/// one pass suffices, readers never wait, and a stream of short sections cannot hold a period up.
///
/// [#call] puts the callback into a queue of its CPU. A daemon takes all queues, lets a grace
/// period pass, and runs what it took: callbacks run on the daemon's CPU, must not wait for an RCU
/// grace period themselves, and may queue further ones. A period lasts at least the time given (the
/// kernel's are 10 to 30 ms, so that they are cheap), unless a CPU's queue has grown beyond
/// [#BACKLOG] or somebody asks for an expedited one. Like every daemon it ends with the run, and
/// callbacks that wait then are dropped: who needs them calls [#barrier].
///
/// ## Why a reader never sees what was freed
///
/// The reader publishes its odd word, full fence, and then loads. The updater unlinks, full fence,
/// then the period loads the word. If the period saw the word even, then the reader's fence came
/// after the period's and its loads see the unlinking. If it saw it odd, it waits for the exit,
/// which the reader stored behind its last load. The other half, that the period's end comes before
/// the reuse, is plain program order of the daemon.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | section count, to odd | `readLock` | release + full fence | grace period | acquire after full fence | unlinking by the updater |
/// | section count, to even | `readUnlock` | release | grace period | acquire | the loads of the section, before the reuse |
/// | table of CPUs | first `readLock` of a CPU | volatile | grace period | volatile, after the fence | as the section count: not there is even |
/// | callback queue | `call` | under its lock | daemon | under its lock | unlinking, before the period's fence |
/// | state | `call`, daemon | full | daemon, `call` | acquire | queue: daemon says idle, then takes; caller queues, then looks |
///
/// Allowed race: the section count is read while it changes. A stale odd value costs one more look;
/// a stale even value cannot be seen once the reader's loads could matter.
///
/// In virtual time publishing is no step. A CPU that has run ahead may show itself inside early,
/// which only delays a period, and outside early, but only after the last shared step of its
/// section.
public final class Rcu {
    /// Callbacks of one CPU from which on grace periods are expedited.
    static final int BACKLOG = 1024;

    private static final long GRACE_NANOS = 15_000_000;
    private static final long EXPEDITED_NANOS = 80_000;
    private static final long POLL_NANOS = 1_000_000;
    private static final long EXPEDITED_POLL_NANOS = 20_000;

    // Bits of the daemon's state.
    private static final long REQUESTED = 1, EXPEDITED = 2;

    // A CPU's own line: its section count, and its nesting, which nobody else reads.
    private static final int COUNT = 8, NESTING = 9, LINE = 24;

    private final long graceNanos;
    private final PerCpu<long[]> sections = new PerCpu<>(() -> new long[LINE]);
    private final PerCpu<Queue> queues = new PerCpu<>(Queue::new);
    private final Word state = new Word();

    /// Without a daemon: only read sections and [#synchronizeExpedited] work.
    Rcu(long graceNanos) {
        this.graceNanos = graceNanos;
    }

    /// RCU of one host, with its daemon `rcu`.
    public static Rcu start(Engine engine) {
        return start(engine, GRACE_NANOS);
    }

    /// As [#start(Engine)], with grace periods of at least `graceNanos`.
    public static Rcu start(Engine engine, long graceNanos) {
        Rcu rcu = new Rcu(graceNanos);
        engine.daemon("rcu", rcu::serve);
        return rcu;
    }

    /// Enters a read section. Sections nest; nothing in one may sleep.
    public void readLock(Cpu cpu) {
        long[] mine = sections.of(cpu);
        if (mine[NESTING]++ == 0) {
            cpu.publish(mine, COUNT, mine[COUNT] + 1);
        }
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.enterRcu();
        }
    }

    public void readUnlock(Cpu cpu) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.exitRcu(cpu);
        }
        long[] mine = sections.of(cpu);
        if (--mine[NESTING] == 0) {
            cpu.publish(mine, COUNT, mine[COUNT] + 1);
        }
    }

    /// Has `callback` run with `arg` after every read section that is open now has ended. Never
    /// waits.
    public void call(Cpu cpu, Callback callback, long arg) {
        Queue queue = queues.of(cpu);
        queue.lock.acquire(cpu);
        int queued = queue.add(callback, arg);
        queue.lock.release(cpu);
        if (queued == BACKLOG) {
            cpu.fetchOr(state, REQUESTED | EXPEDITED);
        } else if (queued == 1 && (cpu.load(state) & REQUESTED) == 0) {
            // Only the first asks: the queue was not taken since.
            cpu.fetchOr(state, REQUESTED);
        }
    }

    /// Sleeps until every read section that is open now has ended.
    public void synchronize(Cpu cpu) {
        LockDep.mightSleep(cpu);
        cpu.enter(KernelFunction.SYNCHRONIZE_RCU);
        Word done = new Word();
        call(cpu, (c, arg) -> c.store(done, 1), 0);
        cpu.block(done, -1, 1);
        cpu.exit();
    }

    /// As [#synchronize], at once and on this CPU: it looks at all others itself.
    ///
    /// @throws IllegalStateException in a read section
    public void synchronizeExpedited(Cpu cpu) {
        LockDep.mightSleep(cpu);
        if (sections.of(cpu)[NESTING] != 0) {
            throw new IllegalStateException(cpu + " synchronizes in a read section");
        }
        cpu.enter(KernelFunction.SYNCHRONIZE_RCU);
        cpu.sleep(EXPEDITED_NANOS);
        awaitReaders(cpu, EXPEDITED_POLL_NANOS);
        cpu.exit();
    }

    /// Sleeps until every callback queued before has run (`rcu_barrier`).
    public void barrier(Cpu cpu) {
        LockDep.mightSleep(cpu);
        int n = queues.size();
        Word left = new Word(1);
        for (int id = 0; id < n; id++) {
            Queue queue = queues.get(id);
            if (queue != null) {
                cpu.fetchAdd(left, 1);
                queue.lock.acquire(cpu);
                queue.add((c, arg) -> c.fetchAdd(left, -1), 0);
                queue.lock.release(cpu);
            }
        }
        cpu.fetchOr(state, REQUESTED | EXPEDITED);
        cpu.fetchAdd(left, -1);
        cpu.block(left, -1, 0);
    }

    /// The daemon: takes all queues, lets a grace period pass, runs what it took.
    private void serve(Cpu cpu) {
        Queue taken = new Queue();
        for (; ; ) {
            cpu.block(state, REQUESTED, REQUESTED);
            boolean hurry = (cpu.swap(state, 0) & EXPEDITED) != 0;
            for (int id = 0; id < queues.size(); id++) {
                Queue queue = queues.get(id);
                if (queue != null) {
                    queue.lock.acquire(cpu);
                    queue.moveTo(taken);
                    queue.lock.release(cpu);
                }
            }
            if (!hurry) {
                hurry = (cpu.blockFor(state, EXPEDITED, EXPEDITED, graceNanos) & EXPEDITED) != 0;
            }
            awaitReaders(cpu, hurry ? EXPEDITED_POLL_NANOS : POLL_NANOS);
            taken.run(cpu);
        }
    }

    /// The grace period itself: returns when every section that was open at the call has ended.
    void awaitReaders(Cpu cpu, long pollNanos) {
        cpu.fence(); // Pairs with the publishing in readLock.
        for (int id = 0; id < sections.size(); id++) {
            long[] other = sections.get(id);
            if (other == null) {
                continue;
            }
            long seen = cpu.load(other, COUNT);
            if ((seen & 1) != 0) {
                do {
                    cpu.sleep(pollNanos);
                } while (cpu.load(other, COUNT) == seen);
            }
        }
    }

    /// What to do with `arg` once no reader can see it any more.
    @FunctionalInterface
    public interface Callback {
        /// @param cpu the daemon's CPU
        void reclaim(Cpu cpu, long arg);
    }

    /// Callbacks of one CPU; by the holder of the lock, or by the daemon once taken.
    private static final class Queue {
        final QueuedSpinLock lock = new QueuedSpinLock(LockClass.RCU_INTERNAL);
        private @Nullable Callback[] callbacks = new Callback[16];
        private long[] args = new long[16];
        private int size;

        /// Returns how many there are now.
        int add(Callback callback, long arg) {
            if (size == args.length) {
                callbacks = Arrays.copyOf(callbacks, size * 2);
                args = Arrays.copyOf(args, size * 2);
            }
            callbacks[size] = callback;
            args[size] = arg;
            return ++size;
        }

        void moveTo(Queue other) {
            for (int i = 0; i < size; i++) {
                other.add(callbacks[i], args[i]);
            }
            clear();
        }

        void run(Cpu cpu) {
            for (int i = 0; i < size; i++) {
                callbacks[i].reclaim(cpu, args[i]);
            }
            clear();
        }

        private void clear() {
            Arrays.fill(callbacks, 0, size, null);
            size = 0;
        }
    }
}
