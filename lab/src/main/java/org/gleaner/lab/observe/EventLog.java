package org.gleaner.lab.observe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.Tracepoint;
import org.gleaner.machine.Tracer;
import org.jspecify.annotations.Nullable;

/// The events of one host. What there are too many of is folded: see [EventFold].
///
/// Each CPU is a track, with tracepoints, and the locks that it waited for. Each class of locks is
/// one too: there several may wait at once, so these are folded from the first on.
public final class EventLog implements Tracer {
    /// Of all CPUs together, and of all locks.
    private static final int MOST_EVENTS = 1 << 16;

    private static final int MOST_LOCK_EVENTS = 1 << 13;

    /// Of slices of locks, at first.
    private static final long LOCK_NANOS = 10_000;

    private static final Tracepoint[] POINTS = Tracepoint.values();
    private static final LockClass[] LOCKS = LockClass.values();

    private final EventFold cpus = new EventFold(1, MOST_EVENTS);
    private final EventFold locks = new EventFold(LOCK_NANOS, MOST_LOCK_EVENTS);

    /// By CPU: what it is called, once it has told something.
    private @Nullable String[] names = new String[64];

    EventLog() {}

    @Override
    public void event(Cpu cpu, Tracepoint point, long since, long a, long b, long c) {
        name(cpu);
        cpus.add(cpu.id, point.ordinal(), since, cpu.now(), a, b, c);
    }

    private void name(Cpu cpu) {
        if (cpu.id >= names.length) {
            names = Arrays.copyOf(names, 2 * cpu.id);
        }
        names[cpu.id] = cpu.name;
    }

    /// What a CPU with events is called.
    public String cpuName(int track) {
        return String.valueOf(names[track]);
    }

    @Override
    public void waited(Cpu cpu, LockClass lock, boolean write, long since) {
        long now = cpu.now();
        name(cpu);
        int kind = 2 * lock.ordinal() + (write ? 1 : 0);
        cpus.add(cpu.id, POINTS.length + kind, since, now, 0, 0, 0);
        locks.add(kind, 0, since, now, 0, 0, 0);
    }

    /// Of CPUs, by their ids, each in the order of time, those that contain others first.
    public List<Event> ofCpus() {
        return events(cpus);
    }

    /// Of locks, as [#lockName] numbers them.
    public List<Event> ofLocks() {
        return events(locks);
    }

    private static List<Event> events(EventFold fold) {
        List<Event> all = new ArrayList<>(fold.events());
        all.sort(
                Comparator.comparingInt(Event::track)
                        .thenComparingLong(Event::from)
                        .thenComparing(Comparator.comparingLong(Event::to).reversed())
                        .thenComparingInt(Event::kind));
        return all;
    }

    /// The tracepoint of an event of a CPU; null if it is a wait for a lock.
    public static @Nullable Tracepoint point(Event event) {
        return event.kind() < POINTS.length ? POINTS[event.kind()] : null;
    }

    /// The lock that a CPU waited for.
    public static String lockName(Event event) {
        return lockName(event.kind() - POINTS.length);
    }

    /// The locks of a track, as `perf` has them.
    public static String lockName(int track) {
        String name = LOCKS[track / 2].lockName;
        return track % 2 == 1 ? name : name + ":R";
    }

    /// An event, or several of one kind on one track.
    ///
    /// @param track the CPU's id, or the lock's number
    /// @param kind what it was
    /// @param from nanoseconds of virtual time; of several the beginning of their slice
    /// @param to at least `from`
    /// @param count how many it stands for
    /// @param nanos that all took together
    /// @param isFolded whether it is a slice, even if only of one event
    /// @param a the point's first field, of all together
    /// @param b the second
    /// @param c the third
    public record Event(
            int track,
            int kind,
            long from,
            long to,
            long count,
            long nanos,
            boolean isFolded,
            long a,
            long b,
            long c) {}
}
