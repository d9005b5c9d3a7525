package org.gleaner.mm.space;

import java.util.Arrays;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.Word;
import org.gleaner.mm.protocol.MemorySteps;

/// A file of `userfaultfd`: tasks that wait for pages of a mapping, and the threads of a monitor
/// that read what is waited for and supply it.
///
/// ## How it works
///
/// There are two queues of tasks under one lock, *pending* and *taken*, and one of readers under
/// another, which is the outer of the two. A task puts itself at the head of `pending`, looks again
/// whether it has to wait, wakes a reader, and sleeps. A reader takes the oldest of `pending` over
/// to the head of `taken`. Who has supplied a page walks *both* queues from end to end, under their
/// lock, and wakes on the way whoever waits for that page: it cannot know who it is. So a page
/// costs a visit to the entry of each task that waits, which lies on that task's own stack, links
/// included.
///
/// Readers wait as by `epoll` with `EPOLLEXCLUSIVE`: a task goes through them in the order in which
/// they came and leaves all it passes with a note to look again, up to the first that sleeps.
///
/// ## Lost wake-ups
///
/// - Who queues looks at the page table *afterwards*; who supplies looks at the queues after it has
///   changed the page table. Each may miss the other, but not both.
/// - Who supplies first looks without the lock whether anybody waits. A task that is just moving
///   from one queue to the other is in neither; a count tells of such moves ([#isAnybodyQueued]).
/// - A reader says that it sleeps before it looks for the last time.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | `entries`, by CPU | its task, queueing | release | who walks the queues, under the lock | acquire | the lock |
/// | the same: AWAKE | who wakes | full / release | its task | acquire, sleep | the page-table entry |
/// | `links`, by CPU | under the lock | | the same | | nothing: it stands for its line |
/// | `heads` | under the lock | release | who supplies, readers, without it | acquire | the page-table entry |
/// | `moves` | readers, under the lock | full | who supplies | acquire | `heads` |
/// | a reader's state | itself, tasks | full | itself | acquire, sleep | `heads` |
public final class Userfault {
    /// Of what pages faults wait.
    public enum Mode {
        /// Pages that are nowhere (`UFFDIO_REGISTER_MODE_MISSING`).
        MISSING,
        /// Pages that their file has, and that are not mapped here yet
        /// (`UFFDIO_REGISTER_MODE_MINOR`).
        MINOR
    }

    /// Of [#next]: the file is closed.
    public static final long CLOSED = -1;

    /// Of an entry: in a queue; to look again. Above them the page.
    private static final int QUEUED = 1, AWAKE = 2, PAGE_SHIFT = 2;

    /// Of a reader: something has come; it sleeps until then.
    private static final int READY = 1, ASLEEP = 2;

    private static final int PENDING = 0, TAKEN = 1, NOBODY = -1;

    private final Mode mode;
    private final MemorySteps steps;

    /// The file's own words lie on one line: this one, both locks and the heads of the queues.
    private final Word moves = new Word();

    private final QueuedSpinLock readersLock =
            QueuedSpinLock.beside(moves, LockClass.USERFAULT_READERS);

    private final QueuedSpinLock faultsLock =
            QueuedSpinLock.beside(moves, LockClass.USERFAULT_FAULTS);

    /// By queue: the CPU at its head + 1.
    private final Word[] heads = {new Word(moves), new Word(moves)};

    private final Word users = new Word();
    private final long[] closed = new long[1];

    /// By CPU: the page that its task waits for.
    private final Word[] entries;

    /// By CPU: the queues' links and which queue a task is in, which are behind the locks. They are
    /// on the neighbour of the line of what it waits for, and one comes with the other.
    private final Word[] links;

    @Guarded("fault_pending_wqh.lock")
    private final int[] next;

    @Guarded("fault_pending_wqh.lock")
    private final int[] previous;

    @Guarded("fault_pending_wqh.lock")
    private final int[] queue;

    @Guarded("fault_pending_wqh.lock")
    private final int[] last = {NOBODY, NOBODY};

    private final Word[] states;

    @Guarded("fd_wqh.lock")
    private final int[] readers;

    @Guarded("fd_wqh.lock")
    private int readerCount;

    /// @param maxCpus CPUs of the host
    public Userfault(Mode mode, int maxCpus, MemorySteps steps) {
        this.mode = mode;
        this.steps = steps;
        entries = words(maxCpus);
        links = new Word[maxCpus];
        Arrays.setAll(links, i -> new Word(entries[i]));
        states = words(maxCpus);
        readers = new int[maxCpus];
        next = new int[maxCpus];
        previous = new int[maxCpus];
        queue = new int[maxCpus];
    }

    private static Word[] words(int count) {
        Word[] all = new Word[count];
        Arrays.setAll(all, _ -> new Word());
        return all;
    }

    /// What faults wait for.
    public Mode mode() {
        return mode;
    }

    // --- tasks -------------------------------------------------------------------------------

    /// This task waits for page `vpn` from now on. It must look again whether it has to, and then
    /// [#await] in any case. Its `mmap_lock` may be held.
    public void enqueue(Cpu cpu, long vpn) {
        faultsLock.lock(cpu);
        cpu.store(entries[cpu.id], vpn << PAGE_SHIFT | QUEUED);
        link(cpu, PENDING, cpu.id);
        faultsLock.unlock(cpu);
    }

    /// The second half of `handle_userfault`, after [#enqueue]: waits until the page may be there,
    /// if it `waits` at all. A signal that was pending before ends the wait at once. No lock may be
    /// held.
    ///
    /// @return false if a signal has ended the wait of who is `interruptible`
    public boolean await(Cpu cpu, AddressSpace mm, boolean waits, boolean interruptible) {
        cpu.enter(KernelFunction.HANDLE_USERFAULT);
        if (waits && !(interruptible ? mm.hasSignal(cpu) : mm.isKilled())) {
            await(cpu);
        }
        leave(cpu);
        cpu.exit();
        return !(interruptible && mm.hasSignal(cpu));
    }

    /// Tells a reader, and sleeps until the page may be there or a signal has come.
    void await(Cpu cpu) {
        if (cpu.load(closed, 0) == 0) {
            wakeReader(cpu);
            cpu.block(entries[cpu.id], AWAKE, AWAKE);
        }
    }

    /// This task waits no longer.
    void leave(Cpu cpu) {
        if ((cpu.load(entries[cpu.id]) & QUEUED) != 0) {
            faultsLock.lock(cpu);
            if ((cpu.load(entries[cpu.id]) & QUEUED) != 0) {
                unlink(cpu, cpu.id);
                cpu.store(entries[cpu.id], 0);
            }
            faultsLock.unlock(cpu);
        }
    }

    /// `wake_up_poll`: exclusive waiters are tried in their order.
    private void wakeReader(Cpu cpu) {
        readersLock.lock(cpu);
        for (int i = 0; i < readerCount; i++) {
            if ((cpu.swap(states[readers[i]], READY) & ASLEEP) != 0) {
                cpu.charge(Cost.WAKE_CALL);
                break;
            }
        }
        readersLock.unlock(cpu);
    }

    /// A signal has come for all tasks that wait here.
    void interrupt(Cpu cpu) {
        for (Word entry : entries) {
            if ((cpu.load(entry) & QUEUED) != 0) {
                cpu.fetchOr(entry, AWAKE);
            }
        }
    }

    // --- the monitor -------------------------------------------------------------------------

    /// This CPU will call [#next].
    public void addReader(Cpu cpu) {
        readersLock.lock(cpu);
        readers[readerCount++] = cpu.id;
        readersLock.unlock(cpu);
    }

    /// The page that a task waits for, which no other reader is told; sleeps until there is one
    /// (`epoll_wait` and `read`).
    ///
    /// @return the virtual page, or [#CLOSED]
    public long next(Cpu cpu) {
        while (cpu.load(closed, 0) == 0) {
            cpu.charge(Cost.UFFD_READ);
            if (cpu.load(heads[PENDING]) == 0) {
                sleep(cpu);
            }
            cpu.charge(Cost.UFFD_READ);
            long vpn = take(cpu);
            if (vpn >= 0) {
                return vpn;
            }
        }
        return CLOSED;
    }

    private void sleep(Cpu cpu) {
        Word state = states[cpu.id];
        cpu.swap(state, ASLEEP);
        if (cpu.load(heads[PENDING]) == 0 && cpu.load(closed, 0) == 0) {
            cpu.block(state, READY, READY);
        }
        cpu.swap(state, 0);
    }

    /// `read` of a file that does not block.
    ///
    /// @return the page that the first task waits for that no reader has taken; negative if none
    public long take(Cpu cpu) {
        enterCall(cpu);
        readersLock.lock(cpu);
        faultsLock.lock(cpu);
        int task = last[PENDING];
        long vpn = -1;
        if (task != NOBODY) {
            cpu.fetchAdd(moves, 1);
            unlink(cpu, task);
            link(cpu, TAKEN, task);
            cpu.fetchAdd(moves, 1);
            vpn = cpu.load(entries[task]) >>> PAGE_SHIFT;
        }
        faultsLock.unlock(cpu);
        readersLock.unlock(cpu);
        leaveCall(cpu);
        return vpn;
    }

    /// The page-table entries of `[start, end)` are there: whoever waits for one of them looks
    /// again.
    public void wake(Cpu cpu, long start, long end) {
        cpu.fence();
        if (!isAnybodyQueued(cpu)) {
            return;
        }
        faultsLock.lock(cpu);
        wakeIn(cpu, PENDING, start, end);
        wakeIn(cpu, TAKEN, start, end);
        faultsLock.unlock(cpu);
    }

    private boolean isAnybodyQueued(Cpu cpu) {
        for (; ; ) {
            long seen = cpu.await(moves, 1, 0);
            boolean any = cpu.load(heads[PENDING]) != 0 || cpu.load(heads[TAKEN]) != 0;
            if (!steps.asksForMoves() || cpu.load(moves) == seen) {
                return any;
            }
        }
    }

    private void wakeIn(Cpu cpu, int from, long start, long end) {
        int following;
        for (int task = head(cpu, from); task != NOBODY; task = following) {
            cpu.load(links[task]);
            following = next[task];
            long vpn = cpu.load(entries[task]) >>> PAGE_SHIFT;
            if (vpn >= start && vpn < end) {
                unlink(cpu, task);
                cpu.store(entries[task], AWAKE);
                cpu.charge(Cost.WAKE_CALL);
            }
        }
    }

    /// A system call on the file keeps it open meanwhile (`fdget`).
    public void enterCall(Cpu cpu) {
        cpu.fetchAdd(users, 1);
    }

    /// Ends [#enterCall].
    public void leaveCall(Cpu cpu) {
        cpu.fetchAdd(users, -1);
    }

    /// No page is supplied any more: all readers go, and all tasks look again and wait no more.
    public void close(Cpu cpu) {
        cpu.store(closed, 0, 1);
        readersLock.lock(cpu);
        for (int i = 0; i < readerCount; i++) {
            cpu.swap(states[readers[i]], READY);
        }
        readersLock.unlock(cpu);
        wake(cpu, 0, Long.MAX_VALUE >>> PAGE_SHIFT);
    }

    /// Tasks that wait, and were taken by a reader or not: an account of a moment at rest.
    public int queued() {
        int count = 0;
        for (Word head : heads) {
            for (int task = (int) head.snapshot() - 1; task != NOBODY; task = next[task]) {
                count++;
            }
        }
        return count;
    }

    // --- queues, under their lock ----------------------------------------------------------------

    private int head(Cpu cpu, int of) {
        return (int) cpu.peek(heads[of]) - 1;
    }

    private void link(Cpu cpu, int to, int task) {
        int head = head(cpu, to);
        touch(cpu, task);
        next[task] = head;
        previous[task] = NOBODY;
        if (head == NOBODY) {
            last[to] = task;
        } else {
            touch(cpu, head);
            previous[head] = task;
        }
        queue[task] = to;
        cpu.store(heads[to], task + 1L);
    }

    private void unlink(Cpu cpu, int task) {
        touch(cpu, task);
        int from = queue[task];
        int before = previous[task];
        int after = next[task];
        if (after == NOBODY) {
            last[from] = before;
        } else {
            touch(cpu, after);
            previous[after] = before;
        }
        if (before == NOBODY) {
            cpu.store(heads[from], after + 1L);
        } else {
            touch(cpu, before);
            next[before] = after;
        }
    }

    /// A link in the entry of a task is written, and so its line is fetched.
    private void touch(Cpu cpu, int task) {
        cpu.fetchAdd(links[task], 0);
    }
}
