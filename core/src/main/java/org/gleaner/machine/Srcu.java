package org.gleaner.machine;

/// Sleepable RCU: read sections that may sleep, in a domain of their own, so that waiting for them
/// waits for nobody else. Memslots and notifiers are guarded so.
///
/// ```
/// reader                       updater
/// int s = srcu.readLock(cpu);  publish(newSlots);
/// use(load(slots));            srcu.synchronize(cpu);   // sleeps
/// srcu.readUnlock(cpu, s);     free(oldSlots);
/// ```
///
/// ## How it works
///
/// Two sets of counters, one in use. Each CPU has a line with its count of open sections in either
/// set, which only it writes; a section is closed by the CPU that opened it, in the set that
/// [#readLock] returned. One updater at a time [#synchronize]s: it waits until the set *not* in use
/// is empty on every CPU, makes it the one in use, and waits until the other is empty. Each CPU's
/// count is looked at by itself until it has been zero once; there is no sum that could be read
/// torn.
///
/// Why two sets: with one, nested or overlapping sections of a CPU might keep its count from ever
/// being zero when looked at. After the flip new sections go to the other set. Why the first wait:
/// a reader may read the index, be delayed, and count itself into the set that was flipped away
/// since. The index may be arbitrarily stale without harm to safety, for both sets are looked at
/// after the unlinking.
///
/// ## Why a reader never sees what was freed
///
/// The reader publishes its count, full fence, and loads. The updater unlinks, full fence, loads
/// the counts of both sets. Seen as zero: the reader's loads come after the unlinking. Seen as
/// more: it waits for the decrement, stored behind the section's last access.
///
/// | word | writer | mode | reader | mode | pairs with |
/// |---|---|---|---|---|---|
/// | count, up | `readLock` | release + full fence | `synchronize` | acquire after full fence | unlinking by the updater |
/// | count, down | `readUnlock` | release + full fence | `synchronize` | acquire | accesses of the section, before the reuse |
/// | index | `synchronize` | release | `readLock` | acquire | nothing: either set is waited for |
/// | table of CPUs | first `readLock` of a CPU | volatile | `synchronize` | volatile, after the fence | as the count: not there is zero |
public final class Srcu {
    private static final long GRACE_NANOS = 1_000_000;
    private static final long EXPEDITED_NANOS = 80_000;
    private static final long POLL_NANOS = 100_000;
    private static final long EXPEDITED_POLL_NANOS = 20_000;

    // A CPU's own line: its open sections in set 0 and set 1.
    private static final int COUNT = 8, LINE = 24;

    private final LockClass lockClass;
    private final long graceNanos;
    private final PerCpu<long[]> sections = new PerCpu<>(() -> new long[LINE]);
    private final long[] index = new long[1];
    private final RwSemaphore updater = new RwSemaphore(LockClass.SRCU_INTERNAL);

    /// A domain with grace periods of a millisecond.
    ///
    /// @throws IllegalArgumentException if the class is not one of [LockClass.Kind#SRCU]
    public Srcu(LockClass lockClass) {
        this(lockClass, GRACE_NANOS);
    }

    /// A domain with grace periods of at least `graceNanos`.
    public Srcu(LockClass lockClass, long graceNanos) {
        if (lockClass.kind != LockClass.Kind.SRCU) {
            throw new IllegalArgumentException(lockClass + " is no SRCU class");
        }
        this.lockClass = lockClass;
        this.graceNanos = graceNanos;
    }

    /// Enters a read section; the result is for [#readUnlock] on the same CPU. Sections nest, and
    /// may sleep.
    public int readLock(Cpu cpu) {
        int set = (int) cpu.peek(index, 0);
        long[] mine = sections.of(cpu);
        cpu.publish(mine, COUNT + set, mine[COUNT + set] + 1);
        cpu.charge(Cost.SRCU_SECTION);
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.acquired(cpu, this, 0, lockClass, LockDep.READ);
        }
        return set;
    }

    public void readUnlock(Cpu cpu, int set) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.release(cpu, this, 0, lockClass, LockDep.READ);
        }
        long[] mine = sections.of(cpu);
        cpu.publish(mine, COUNT + set, mine[COUNT + set] - 1);
    }

    /// Sleeps until every section that is open now has ended.
    public void synchronize(Cpu cpu) {
        synchronize(cpu, graceNanos, POLL_NANOS);
    }

    /// As [#synchronize], without the leisure (`synchronize_srcu_expedited`).
    public void synchronizeExpedited(Cpu cpu) {
        synchronize(cpu, Math.min(graceNanos, EXPEDITED_NANOS), EXPEDITED_POLL_NANOS);
    }

    /// Whether `cpu` has a section open.
    public boolean isHeldBy(Cpu cpu) {
        long[] mine = sections.of(cpu);
        return mine[COUNT] + mine[COUNT + 1] != 0;
    }

    private void synchronize(Cpu cpu, long nanos, long pollNanos) {
        LockDep dep = cpu.lockDep;
        if (dep != null) {
            dep.synchronizes(cpu, this, lockClass);
        }
        cpu.enter(KernelFunction.SYNCHRONIZE_SRCU);
        updater.downWrite(cpu);
        cpu.fence(); // Pairs with the publishing in readLock.
        cpu.sleep(nanos);
        int used = (int) index[0];
        awaitEmpty(cpu, 1 - used, pollNanos);
        cpu.store(index, 0, 1 - used);
        cpu.fence(); // As above, for sections that still read the old index.
        awaitEmpty(cpu, used, pollNanos);
        updater.upWrite(cpu);
        cpu.exit();
    }

    private void awaitEmpty(Cpu cpu, int set, long pollNanos) {
        for (int id = 0; id < sections.size(); id++) {
            long[] other = sections.get(id);
            if (other != null) {
                while (cpu.load(other, COUNT + set) != 0) {
                    cpu.sleep(pollNanos);
                }
            }
        }
    }
}
