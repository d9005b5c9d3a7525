package org.gleaner.mm.space;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.machine.Capacity;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Guarded;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.OneCpu;
import org.gleaner.machine.QueuedSpinLock;
import org.gleaner.machine.RwSemaphore;
import org.gleaner.machine.Word;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.TableCharge;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.pte.PrimaryTables;
import org.gleaner.mm.pte.Tlb;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// One process's address space (`struct mm_struct`): its mappings, primary page tables and
/// subscribers.
///
/// Virtual pages are numbers below 2^36. The list of mappings changes under mmap_lock held for
/// writing and is replaced, never edited, so a reverse-map walk may look at an old one.
///
/// ## Its end
///
/// A process exits by [org.gleaner.mm.fault.MappingChanges#exit], which its last task calls, and
/// which ends in [#free]: that gives the page tables back, to be reused at once. No count of users,
/// as `mm_users`, keeps them; each kind of walker is kept out, or waited for, by what it holds
/// anyway:
///
/// | who stands in the tables | what it holds | why it finds none that is freed |
/// |---|---|---|
/// | a task: its accesses and faults, `get_user_pages` for its devices | it is a task | the last of them exits |
/// | a fault, MGLRU's walk, the OOM reaper | mmap_lock for reading | [#free] holds it for writing, and after that there is no mapping to walk |
/// | a reverse-map walk, look-around and a huge split under it | the object's lock for reading | every mapping was taken off its object before, with that lock held for writing |
/// | the OOM killer's count | the lock of the cgroup's list | it counts who is on the list, and who has left it is freed after that |
/// | anybody else, as idle tracking by virtual page | | keeps the process from exiting meanwhile |
///
/// What an object of this class says after that is true and of no use: it has no mapping, and
/// faults fail. Garbage collection takes the place of `mm_count`.
public final class AddressSpace {
    private static final Vma[] NONE = {};

    private final Memcg memcg;
    private final MmList list;
    private final PrimaryTables tables;
    private final TableCharge tableCharge;
    private final int root;
    private final RwSemaphore mmapLock = RwSemaphore.ofTwoLines(LockClass.MMAP_LOCK);
    private final MmuNotifierSubscriptions notifiers = new MmuNotifierSubscriptions(new AllLocks());
    private volatile Vma[] vmas = NONE;

    /// 1 once SIGKILL is pending. Sleeps that it is to end wait for this word.
    private final Word fatalSignal = new Word();

    /// Guarded by mmap_lock.
    @Guarded("mmap_lock")
    private boolean freed;

    private volatile boolean dying;
    private volatile @Nullable OomCause killedFor;
    private volatile long killedAtNanos;
    private volatile boolean memoryFreed;
    private volatile @Nullable Consumer<Cpu> onKill;

    @OneCpu private @Nullable Tlb tlb;

    /// One word: whether a task of this address space ran since MGLRU last walked it.
    private final long[] used = {1};

    /// One word, odd while a fork takes W from entries (`write_protect_seq`).
    private final long[] forks = new long[1];

    /// One word: whether a signal is pending.
    private final long[] signal = new long[1];

    /// Replaced, never edited.
    private volatile Userfault[] monitors = {};

    /// `mm_users`, of which only system calls on behalf of others take their part here.
    private final Word users = new Word(1);

    /// One word: whether the huge page of zeroes was shown here.
    private final long[] hugeZero = new long[1];

    /// @param tableCharge who pays for its page tables
    public AddressSpace(
            Cpu cpu, Memcg memcg, MmList list, PrimaryTables tables, TableCharge tableCharge) {
        this.memcg = memcg;
        this.list = list;
        this.tables = tables;
        this.tableCharge = tableCharge;
        root = tables.newRoot(cpu);
        list.add(cpu, this);
    }

    /// The cgroup that its pages are charged to.
    public Memcg memcg() {
        return memcg;
    }

    public PrimaryTables tables() {
        return tables;
    }

    /// Who pays for its page tables.
    public TableCharge tableCharge() {
        return tableCharge;
    }

    /// Root table of the primary page tables.
    public int root() {
        assert !freed : "a walk in an address space that is gone";
        return root;
    }

    /// Whether its page tables are given back; a hint to whoever does not hold mmap_lock.
    boolean isFreed() {
        return freed;
    }

    public RwSemaphore mmapLock() {
        return mmapLock;
    }

    public MmuNotifierSubscriptions notifiers() {
        return notifiers;
    }

    /// Its only task runs on a CPU that keeps translations. For who sets the process up, before the
    /// task is made.
    public void keepTranslations(Tlb kept) {
        tlb = kept;
    }

    /// Translations that its task's CPU keeps; null if each access walks the page tables.
    public @Nullable Tlb tlb() {
        return tlb;
    }

    /// Mappings in ascending order.
    public Vma[] vmas() {
        return vmas;
    }

    /// The lock of the page table that a walk ended in.
    public QueuedSpinLock pteLock(Walk walk) {
        return tables.lock(walk.table);
    }

    /// The mapping of a virtual page, or null.
    public @Nullable Vma vma(long vpn) {
        Vma[] all = vmas;
        int low = 0;
        int high = all.length - 1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            if (vpn < all[mid].start()) {
                high = mid - 1;
            } else if (vpn >= all[mid].end()) {
                low = mid + 1;
            } else {
                return all[mid];
            }
        }
        return null;
    }

    /// Maps `pages` pages of an object from its page `offset` at `start` (`mmap`, fixed address).
    ///
    /// @throws IllegalArgumentException if the range overlaps a mapping, or is not within 2^36
    ///     virtual pages or the object's 2^40, or does not fit the object's own pages
    /// @throws IllegalStateException if the object is a memfd that was closed, or the process has
    ///     exited
    public Vma map(
            Cpu cpu, long start, long pages, RmapObject object, long offset, boolean writable) {
        Capacity.check("pages of a mapping", pages, 1, tables.geometry.keys);
        Capacity.check("virtual page of a mapping", start, 0, tables.geometry.keys - pages);
        Capacity.check("offset of a mapping", offset, 0, Folios.MOST_INDEX - pages);
        object.checkPlace(start, pages, offset);
        mmapLock.downWrite(cpu);
        Vma vma = new Vma(this, start, start + pages, object, offset, writable);
        Vma[] old = vmas;
        int at = 0;
        while (at < old.length && old[at].start() < start) {
            at++;
        }
        boolean overlaps =
                (at > 0 && old[at - 1].end() > start)
                        || (at < old.length && old[at].start() < vma.end());
        boolean mapped = !overlaps && !freed && object.add(cpu, vma);
        if (mapped) {
            Vma[] more = new Vma[old.length + 1];
            System.arraycopy(old, 0, more, 0, at);
            more[at] = vma;
            System.arraycopy(old, at, more, at + 1, old.length - at);
            vmas = more;
        }
        mmapLock.upWrite(cpu);
        if (overlaps) {
            throw new IllegalArgumentException("pages from " + start + " are mapped already");
        }
        if (!mapped) {
            String why = freed ? "into a process that is gone" : object.refusal();
            throw new IllegalStateException("cannot map " + why);
        }
        return vma;
    }

    /// Takes a mapping off the lists; its pages are the caller's to zap. mmap_lock held for
    /// writing. Returns whether it was the last of a memfd that nobody has open, whose pages are
    /// then the caller's too.
    public boolean remove(Cpu cpu, Vma vma) {
        vmas = Arrays.stream(vmas).filter(v -> v != vma).toArray(Vma[]::new);
        return vma.object().remove(cpu, vma);
    }

    /// Gives back the page tables of a process that has no mapping and no task any more
    /// (`free_pgtables`).
    public void free(Cpu cpu) {
        list.remove(cpu, this);
        mmapLock.downWrite(cpu);
        assert vmas.length == 0 : "an address space ends with mappings";
        tables.free(cpu, root);
        tableCharge.refundAll(cpu);
        freed = true;
        mmapLock.upWrite(cpu);
    }

    /// Changes what a whole mapping permits; page tables are the caller's. mmap_lock held for
    /// writing.
    public void protect(Vma vma, boolean writable) {
        vma.setReadable(true);
        vma.setWritable(writable);
    }

    /// As [#protect], that nobody may access the mapping at all.
    public void protectNone(Vma vma) {
        vma.setWritable(false);
        vma.setReadable(false);
    }

    /// mmap_lock, and that of every object that is mapped here; the latter in the order of ids, for
    /// two address spaces may map the same.
    private final class AllLocks implements MmuNotifierSubscriptions.AllLocks {
        @Override
        public void take(Cpu cpu) {
            mmapLock.downWrite(cpu);
            for (RmapObject object : mapped()) {
                object.lock().downWriteNested(cpu);
            }
        }

        @Override
        public void drop(Cpu cpu) {
            for (RmapObject object : mapped()) {
                object.lock().upWriteNested(cpu);
            }
            mmapLock.upWrite(cpu);
        }

        private List<RmapObject> mapped() {
            return Arrays.stream(vmas)
                    .map(Vma::object)
                    .distinct()
                    .sorted(Comparator.comparingInt(RmapObject::id))
                    .toList();
        }
    }

    // --- the OOM killer ----------------------------------------------------------------------

    /// Who is told once the process is sent SIGKILL, by the CPU that sends it. For who sets the
    /// process up.
    public void onKill(Consumer<Cpu> listener) {
        onKill = listener;
    }

    /// Sends SIGKILL on behalf of the OOM killer.
    public void kill(Cpu cpu, OomCause cause) {
        killedFor = cause;
        terminate(cpu);
    }

    /// The process is to end: faults fail from now on, killable sleeps end (`do_group_exit`).
    public void terminate(Cpu cpu) {
        killedAtNanos = cpu.now();
        dying = true;
        cpu.store(fatalSignal, 1);
        wakeFaults(cpu);
        Consumer<Cpu> listener = onKill;
        if (listener != null) {
            listener.accept(cpu);
        }
    }

    /// A fork looks for pins and takes W from entries from here on; mmap_lock is held for writing.
    public void forkBegins(Cpu cpu) {
        cpu.fetchAdd(forks, 0, 1);
    }

    public void forkEnds(Cpu cpu) {
        cpu.fetchAdd(forks, 0, 1);
    }

    /// Changes while an entry loses W to a fork; see [#isForking].
    public long forks(Cpu cpu) {
        return cpu.load(forks, 0);
    }

    /// Whether a fork was under way when [#forks] said so.
    public static boolean isForking(long forks) {
        return (forks & 1) != 0;
    }

    /// A signal other than SIGKILL comes for the process: interruptible waits for a page end.
    public void signal(Cpu cpu) {
        cpu.store(signal, 0, 1);
        wakeFaults(cpu);
    }

    /// The process has handled its signals.
    public void clearSignal(Cpu cpu) {
        cpu.store(signal, 0, 0);
    }

    /// Whether a signal is pending; racy (`signal_pending`).
    public boolean hasSignal(Cpu cpu) {
        return dying || cpu.peek(signal, 0) != 0;
    }

    private void wakeFaults(Cpu cpu) {
        for (Userfault monitor : monitors) {
            monitor.interrupt(cpu);
        }
    }

    /// A monitor that tasks of this process may wait for.
    void watchedBy(Userfault monitor) {
        Userfault[] more = Arrays.copyOf(monitors, monitors.length + 1);
        more[monitors.length] = monitor;
        monitors = more;
    }

    /// A system call that works on this address space holds it meanwhile (`mmget_not_zero`).
    public void enterCall(Cpu cpu) {
        cpu.fetchAdd(users, 1);
    }

    /// Ends [#enterCall] (`mmput`).
    public void leaveCall(Cpu cpu) {
        cpu.fetchAdd(users, -1);
    }

    /// Whether SIGKILL is pending (`fatal_signal_pending`).
    public boolean isKilled() {
        return dying;
    }

    /// Why the OOM killer chose the process; null if it did not.
    public @Nullable OomCause killedFor() {
        return killedFor;
    }

    /// When the process was sent SIGKILL, if it was.
    public long killedAtNanos() {
        return killedAtNanos;
    }

    /// Sleeps until SIGKILL comes, at most `nanos` long (`schedule_timeout_killable`).
    public void sleepKillable(Cpu cpu, long nanos) {
        cpu.sleepUnless(fatalSignal, 1, 1, nanos);
    }

    /// Killing this process would free nothing more: it has exited, or the reaper has been here
    /// (`MMF_OOM_SKIP`).
    public boolean memoryFreed() {
        return memoryFreed;
    }

    /// Whether it was killed and still has memory that comes back by itself.
    public boolean isGoing() {
        return isKilled() && !memoryFreed();
    }

    public void setMemoryFreed() {
        memoryFreed = true;
    }

    /// Says that a fault here shows the huge page of zeroes; returns whether that is the first time
    /// (`MMF_HUGE_ZERO_FOLIO`).
    public boolean useHugeZero(Cpu cpu) {
        return cpu.load(hugeZero, 0) == 0 && cpu.cas(hugeZero, 0, 0, 1);
    }

    /// Whether a fault here ever did.
    public boolean usesHugeZero(Cpu cpu) {
        return cpu.load(hugeZero, 0) != 0;
    }

    /// A task of this address space was scheduled in (`lru_gen_use_mm`).
    public void markUsed(Cpu cpu) {
        if (cpu.peek(used, 0) == 0) {
            cpu.store(used, 0, 1);
        }
    }

    /// Whether a task ran since the last call that said so.
    public boolean testAndClearUsed(Cpu cpu) {
        return cpu.load(used, 0) != 0 && cpu.swap(used, 0, 0) != 0;
    }
}
