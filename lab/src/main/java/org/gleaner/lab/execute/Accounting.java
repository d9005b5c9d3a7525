package org.gleaner.lab.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.gleaner.kvm.FaultTimes;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.RunStatistics.GroupPressure;
import org.gleaner.lab.run.RunStatistics.LockClassUse;
import org.gleaner.lab.run.RunStatistics.StallLine;
import org.gleaner.lab.run.RunStatistics.Stalls;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.LockUse;
import org.gleaner.machine.TaskState;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.mm.psi.Pressure;
import org.gleaner.mm.psi.PressureGroup;
import org.gleaner.mm.psi.PressureLine;
import org.gleaner.mm.psi.PressureStall;
import org.jspecify.annotations.Nullable;

/// Who waited for what on a host in virtual time, from [#begin] to [#end]: faults by guest,
/// pressure by guest and of the host, locks by class. With real threads it does nothing.
///
/// What other CPUs have not come to yet is not in it.
final class Accounting {
    private static final String HOST = "host";

    private record Guest(PressureGroup group, String name, Supplier<List<Vcpu>> vcpus) {}

    private record GroupStart(PressureGroup group, String name, Pressure before) {}

    private record LockStart(LockClass of, boolean write, LockUse.Sum before) {}

    private final Engine engine;
    private final @Nullable VirtualEngine clock;
    private final PressureStall pressure;
    private final PressureGroup host;
    private final List<Guest> guests = new ArrayList<>();
    private final List<GroupStart> groups = new ArrayList<>();
    private final List<LockStart> locks = new ArrayList<>();
    private long begunAtNanos;
    private @Nullable RunStatistics result;

    /// @param engine with the host's daemons
    /// @param maxCpus ids are below it
    Accounting(Engine engine, int maxCpus) {
        this.engine = engine;
        clock = engine instanceof VirtualEngine virtual ? virtual : null;
        pressure = new PressureStall(this::now, maxCpus);
        host = pressure.newGroup(null);
        if (clock != null) {
            engine.cpus().stream()
                    .filter(cpu -> cpu.name.startsWith("kswapd"))
                    .forEach(cpu -> pressure.watch(cpu, host));
        }
    }

    private long now() {
        return clock == null ? 0 : clock.earliest();
    }

    /// Adds a guest: the tasks of its VMM.
    ///
    /// @return what its tasks are to be [#watched] as
    PressureGroup guest(String name, Supplier<List<Vcpu>> vcpus) {
        PressureGroup group = pressure.newGroup(host);
        guests.add(new Guest(group, name, vcpus));
        return group;
    }

    /// The tasks that are no guest's.
    PressureGroup host() {
        return host;
    }

    /// `body`, as a task of `group`.
    Actor watched(PressureGroup group, Actor body) {
        return clock == null
                ? body
                : cpu -> {
                    pressure.watch(cpu, group);
                    body.run(cpu);
                    TaskState.end(cpu);
                };
    }

    /// The part that counts begins.
    void begin() {
        if (clock == null) {
            return;
        }
        begunAtNanos = now();
        for (Guest guest : guests) {
            guest.vcpus.get().forEach(Vcpu::forgetFaultTimes);
            groups.add(new GroupStart(guest.group, guest.name, pressure.pressure(guest.group)));
        }
        groups.addFirst(new GroupStart(host, HOST, pressure.pressure(host)));
        List<Cpu> cpus = engine.cpus();
        LockUse.forgetLongest(cpus);
        for (LockClass each : LockClass.values()) {
            locks.add(new LockStart(each, false, LockUse.of(cpus, each, false)));
            locks.add(new LockStart(each, true, LockUse.of(cpus, each, true)));
        }
    }

    /// The part that counts is over.
    void end() {
        if (!groups.isEmpty()) {
            result =
                    new RunStatistics(
                            guests.stream()
                                    .filter(guest -> !guest.vcpus.get().isEmpty())
                                    .map(Accounting::stalls)
                                    .toList(),
                            groups.stream().map(this::grown).toList(),
                            locks());
        }
    }

    /// What came of it; null with real threads, and if it did not come to its end.
    @Nullable RunStatistics result() {
        return result;
    }

    private static Stalls stalls(Guest guest) {
        FaultTimes times = FaultTimes.of(guest.vcpus.get());
        return new Stalls(
                guest.name,
                times.count(),
                times.sumNanos() / 1e9,
                times.quantileNanos(0.5),
                times.quantileNanos(0.9),
                times.quantileNanos(0.99),
                times.quantileNanos(0.999),
                times.quantileNanos(0.9999),
                times.longestNanos());
    }

    private GroupPressure grown(GroupStart start) {
        long nanos = now() - begunAtNanos;
        Pressure before = start.before;
        Pressure after = pressure.pressure(start.group);
        return new GroupPressure(
                start.name,
                nanos / 1e9,
                line(before.some(), after.some(), nanos),
                line(before.full(), after.full(), nanos),
                line(before.perCpu(), after.perCpu(), nanos));
    }

    private static StallLine line(PressureLine before, PressureLine after, long nanos) {
        long stalled = after.totalNanos() - before.totalNanos();
        return new StallLine(
                after.avg10(),
                after.avg60(),
                after.avg300(),
                stalled / 1000,
                nanos == 0 ? 0 : 100.0 * stalled / nanos);
    }

    private List<LockClassUse> locks() {
        List<Cpu> cpus = engine.cpus();
        List<LockClassUse> all = new ArrayList<>();
        for (LockStart start : locks) {
            LockUse.Sum sum = LockUse.of(cpus, start.of, start.write).since(start.before);
            if (sum.taken() > 0) {
                all.add(
                        new LockClassUse(
                                name(start.of, start.write),
                                sum.taken(),
                                sum.waits(),
                                sum.waitedNanos() / 1e9,
                                sum.waits() == 0 ? 0 : (double) sum.waitedNanos() / sum.waits(),
                                sum.longestNanos(),
                                sum.heldNanos() / 1e9));
            }
        }
        return all;
    }

    private static String name(LockClass of, boolean write) {
        return write ? of.lockName : of.lockName + ":R";
    }
}
