package org.gleaner.mm.psi;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Racy;
import org.gleaner.machine.TaskState;
import org.jspecify.annotations.Nullable;

/// Pressure of a host in virtual time, by groups of tasks, with a task for each CPU.
///
/// CPUs tell of changes at their own times, which run ahead of each other, so changes are kept
/// until no earlier one can come, and then taken in the order of their times. Their number is
/// bounded by how far CPUs run ahead; each is one word:
///
/// ```
///  62            14   13     2   1    0
/// +----------------+----------+---------+
/// |  nanoseconds   |   CPU    |  state  |
/// +----------------+----------+---------+
/// ```
///
/// Of several changes of a CPU at one time the last stands.
///
/// Not thread-safe: an engine in virtual time runs one CPU at a time.
@Racy("only in virtual time, where one CPU runs at a time")
public final class PressureStall implements TaskState.Listener {
    /// How often averages are made: two seconds and a timer tick of a kernel with 250 in a second.
    public static final long PERIOD_NANOS = 2_004_000_000L;

    private static final int IDLE = 0, WORKING = 1, STALLED = 2;
    private static final int STATE_MASK = 3;
    private static final int CPU_SHIFT = 2;
    private static final int TIME_SHIFT = 14;
    private static final int MOST_CPUS = 1 << TIME_SHIFT - CPU_SHIFT;

    private final LongSupplier floor;
    private final long periodNanos;
    private final List<PressureGroup> groups = new ArrayList<>();
    private final @Nullable PressureGroup[] groupOf;
    private final CpuShares shares;

    private long[] changes = new long[4096];
    private int count;

    /// By CPU: where its last change is among them, or -1.
    private final int[] lastChange;

    // By CPU: as of the changes that were taken.
    private final int[] state;
    private final long[] sinceNanos;

    private long takenNanos;
    private long periodEnd;

    /// @param floor the time, in nanoseconds, before which nothing will happen any more
    /// @param maxCpus ids are below it; at most 4,096
    public PressureStall(LongSupplier floor, int maxCpus) {
        this(floor, maxCpus, PERIOD_NANOS);
    }

    PressureStall(LongSupplier floor, int maxCpus, long periodNanos) {
        if (maxCpus > MOST_CPUS) {
            throw new IllegalArgumentException(maxCpus + " CPUs are more than " + MOST_CPUS);
        }
        this.floor = floor;
        this.periodNanos = periodNanos;
        periodEnd = periodNanos;
        groupOf = new @Nullable PressureGroup[maxCpus];
        shares = new CpuShares(maxCpus);
        lastChange = new int[maxCpus];
        Arrays.fill(lastChange, -1);
        state = new int[maxCpus];
        sinceNanos = new long[maxCpus];
    }

    /// A new group, whose tasks count in `parent` too.
    public PressureGroup newGroup(@Nullable PressureGroup parent) {
        PressureGroup group = new PressureGroup(parent);
        group.advance(takenNanos);
        groups.add(group);
        return group;
    }

    /// From now on there is a task of `group` on `cpu`, at work. Once for each CPU.
    public void watch(Cpu cpu, PressureGroup group) {
        groupOf[cpu.id] = group;
        for (PressureGroup at = group; at != null; at = at.parent()) {
            at.adopt(cpu.id);
        }
        TaskState.tell(cpu, this);
    }

    @Override
    public void changed(Cpu cpu, long nanos, boolean stalled, boolean idle) {
        int now = stalled ? STALLED : idle ? IDLE : WORKING;
        changed(cpu.id, nanos, now);
    }

    private void changed(int cpu, long nanos, int now) {
        long change = nanos << TIME_SHIFT | (long) cpu << CPU_SHIFT | now;
        int last = lastChange[cpu];
        if (last >= 0 && changes[last] >>> TIME_SHIFT == nanos) {
            changes[last] = change;
            return;
        }
        if (count == changes.length) {
            take(floor.getAsLong());
            if (count > changes.length / 2) {
                changes = Arrays.copyOf(changes, 2 * changes.length);
            }
        }
        lastChange[cpu] = count;
        changes[count++] = change;
    }

    /// The pressure of a group up to the floor, and what it was made of.
    public Pressure pressure(PressureGroup group) {
        long nanos = floor.getAsLong();
        take(nanos);
        advance(nanos);
        return group.pressure();
    }

    /// Has the groups know of all changes before a time, so that [PressureGroup#someNanos] and
    /// [PressureGroup#fullNanos] can be asked. Moves no figure of [#pressure], unlike a call of
    /// that, which is one of the times at which CPUs are asked for theirs.
    ///
    /// @param nanos not after the floor
    public void catchUp(long nanos) {
        take(nanos);
    }

    /// Takes all changes before a time, which is not after the floor.
    private void take(long before) {
        Arrays.sort(changes, 0, count);
        int taken = 0;
        while (taken < count && changes[taken] >>> TIME_SHIFT < before) {
            apply(changes[taken++]);
        }
        count -= taken;
        System.arraycopy(changes, taken, changes, 0, count);
        Arrays.fill(lastChange, -1);
        for (int i = 0; i < count; i++) {
            lastChange[cpu(changes[i])] = i;
        }
    }

    private static int cpu(long change) {
        return (int) (change >>> CPU_SHIFT) & MOST_CPUS - 1;
    }

    private void apply(long change) {
        long nanos = change >>> TIME_SHIFT;
        endPeriods(nanos);
        int cpu = cpu(change);
        int next = (int) change & STATE_MASK;
        int before = state[cpu];
        if (before == next) {
            return;
        }
        share(cpu, nanos);
        state[cpu] = next;
        takenNanos = nanos;
        int moreStalled = (next == STALLED ? 1 : 0) - (before == STALLED ? 1 : 0);
        int moreWorking = (next == WORKING ? 1 : 0) - (before == WORKING ? 1 : 0);
        for (PressureGroup at = groupOf[cpu]; at != null; at = at.parent()) {
            at.advance(nanos);
            at.change(moreStalled, moreWorking);
        }
    }

    /// Everything is known up to `nanos`.
    private void advance(long nanos) {
        endPeriods(nanos);
        for (int cpu = 0; cpu < state.length; cpu++) {
            share(cpu, nanos);
        }
        groups.forEach(each -> each.advance(nanos));
        takenNanos = nanos;
        collect();
    }

    private void collect() {
        groups.forEach(each -> each.collect(shares));
        shares.clear();
    }

    private void share(int cpu, long nanos) {
        if (state[cpu] != IDLE) {
            shares.add(cpu, nanos - sinceNanos[cpu], state[cpu] == STALLED);
        }
        sinceNanos[cpu] = nanos;
    }

    private void endPeriods(long nanos) {
        while (periodEnd <= nanos) {
            long end = periodEnd;
            periodEnd = end + periodNanos;
            for (int cpu = 0; cpu < state.length; cpu++) {
                share(cpu, end);
            }
            groups.forEach(each -> each.advance(end));
            collect();
            groups.forEach(each -> each.endPeriod(periodNanos));
            takenNanos = end;
        }
    }
}
