package org.gleaner.lab.execute.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.gleaner.kvm.FaultTimes;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.observe.HostSampler;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.lab.observe.ObservedGuest;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.RunStatistics.CpuWait;
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
import org.gleaner.mm.Host;
import org.gleaner.mm.psi.Pressure;
import org.gleaner.mm.psi.PressureGroup;
import org.gleaner.mm.psi.PressureLine;
import org.gleaner.mm.psi.PressureStall;
import org.jspecify.annotations.Nullable;

/// Who waited for what on a host in virtual time, from [#begin] to [#end]: faults by guest,
/// pressure by guest and of the host, locks by class. With real threads nobody's time is kept.
///
/// What other CPUs have not come to yet is not in it.
public final class Accounting {
    private static final String HOST = "host";
    private static final String COUNTED = "counted";

    private record GroupStart(PressureGroup group, String name, Pressure before) {}

    /// @param delayNanos that its tasks had waited for a CPU before
    private record TasksStart(String name, List<Cpu> tasks, long delayNanos) {
        static TasksStart of(String name, List<Cpu> tasks) {
            return new TasksStart(name, tasks, delay(tasks));
        }

        static long delay(List<Cpu> tasks) {
            return tasks.stream().mapToLong(Cpu::runDelayNanos).sum();
        }
    }

    private record LockStart(LockClass of, boolean write, LockUse.Sum before) {}

    private final Host machine;
    private final Engine engine;
    private final @Nullable VirtualEngine clock;
    private final PressureStall pressure;
    private final PressureGroup host;
    private final List<ObservedGuest> guests = new ArrayList<>();
    private final List<GroupStart> groups = new ArrayList<>();
    private final List<TasksStart> tasks = new ArrayList<>();
    private final List<LockStart> locks = new ArrayList<>();
    private long begunAtNanos;
    private Map<String, Long> counters = Map.of();
    private @Nullable RunStatistics result;
    private @Nullable HostSampler sampler;

    public Accounting(Host machine) {
        this.machine = machine;
        engine = machine.engine();
        clock = engine instanceof VirtualEngine virtual ? virtual : null;
        pressure = new PressureStall(this::now, machine.config().room().cpus());
        host = pressure.newGroup(null);
        if (clock != null) {
            kswapds().forEach(cpu -> pressure.watch(cpu, host));
        }
    }

    private List<Cpu> kswapds() {
        return engine.cpus().stream().filter(cpu -> cpu.name.startsWith("kswapd")).toList();
    }

    private long now() {
        return clock == null ? 0 : clock.earliest();
    }

    /// Adds a guest: the tasks of its VMM.
    ///
    /// @return what its tasks are to be [#watched] as
    public PressureGroup guest(
            String name,
            Supplier<List<Vcpu>> vcpus,
            Supplier<ObservedGuest.@Nullable Memory> memory) {
        PressureGroup group = pressure.newGroup(host);
        guests.add(new ObservedGuest(name, group, vcpus, memory));
        return group;
    }

    /// Has samples of the host kept, unless `series` is null.
    public void observe(@Nullable HostSeries series) {
        if (clock != null && series != null) {
            sampler = new HostSampler(clock, machine, pressure, host, guests, series);
        }
    }

    /// To be called now and then by an actor that runs alone, for whose sake the engine never looks
    /// who is next.
    public void look(Cpu cpu) {
        if (sampler != null) {
            sampler.passed(cpu, now());
        }
    }

    /// Another part of the run begins, as samples are to call it.
    public void phase(String name) {
        if (sampler != null) {
            sampler.begin(name);
        }
    }

    /// For how long a group has been stalled so far (`some total=`); 0 with real threads.
    public long someNanos(PressureGroup group) {
        long nanos = now();
        pressure.catchUp(nanos);
        return group.someNanos(nanos);
    }

    /// The tasks that are no guest's.
    public PressureGroup host() {
        return host;
    }

    /// `body`, as a task of `group`.
    public Actor watched(PressureGroup group, Actor body) {
        return clock == null
                ? body
                : cpu -> {
                    pressure.watch(cpu, group);
                    body.run(cpu);
                    TaskState.end(cpu);
                };
    }

    /// The part that counts begins.
    public void begin() {
        begin(COUNTED);
    }

    /// The same, with a name for it.
    public void begin(String name) {
        if (clock == null) {
            return;
        }
        phase(name);
        begunAtNanos = now();
        tasks.add(TasksStart.of(HOST, kswapds()));
        for (ObservedGuest guest : guests) {
            List<Cpu> vcpus = guest.vcpus().get().stream().map(vcpu -> vcpu.cpu).toList();
            tasks.add(TasksStart.of(guest.name(), vcpus));
            if (sampler != null) {
                sampler.forgets(guest);
            }
            guest.vcpus().get().forEach(Vcpu::forgetFaultTimes);
            groups.add(
                    new GroupStart(guest.group(), guest.name(), pressure.pressure(guest.group())));
        }
        groups.addFirst(new GroupStart(host, HOST, pressure.pressure(host)));
        List<Cpu> cpus = engine.cpus();
        LockUse.forgetLongest(cpus);
        for (LockClass each : LockClass.values()) {
            locks.add(new LockStart(each, false, LockUse.of(cpus, each, false)));
            locks.add(new LockStart(each, true, LockUse.of(cpus, each, true)));
        }
    }

    /// The part that counts is over. What daemons do until the engine has wound down is in nothing
    /// that is told here.
    public void end() {
        counters = machine.stat().named();
        if (!groups.isEmpty()) {
            if (sampler != null) {
                sampler.end();
            }
            result =
                    new RunStatistics(
                            guests.stream()
                                    .filter(guest -> !guest.vcpus().get().isEmpty())
                                    .map(Accounting::stalls)
                                    .toList(),
                            groups.stream().map(this::grown).toList(),
                            cpuWaits(),
                            locks());
        }
    }

    /// The run is over.
    public void close() {
        if (sampler != null) {
            sampler.end();
        }
    }

    /// What the host had counted at [#end], from its start on.
    public Map<String, Long> counters() {
        return counters;
    }

    /// What came of it; null with real threads, and if it did not come to its end.
    public @Nullable RunStatistics result() {
        return result;
    }

    private static Stalls stalls(ObservedGuest guest) {
        FaultTimes times = FaultTimes.of(guest.vcpus().get());
        return new Stalls(
                guest.name(),
                times.count(),
                times.sumNanos() / 1e9,
                times.quantileNanos(0.5),
                times.quantileNanos(0.9),
                times.quantileNanos(0.99),
                times.quantileNanos(0.999),
                times.quantileNanos(0.9999),
                times.longestNanos());
    }

    private List<CpuWait> cpuWaits() {
        long nanos = now() - begunAtNanos;
        List<CpuWait> all =
                tasks.stream()
                        .filter(each -> !each.tasks.isEmpty())
                        .map(each -> cpuWait(each, nanos))
                        .toList();
        return all.stream().anyMatch(each -> each.seconds() > 0) ? all : List.of();
    }

    private static CpuWait cpuWait(TasksStart start, long nanos) {
        int count = start.tasks.size();
        long waited = TasksStart.delay(start.tasks) - start.delayNanos;
        double percent = nanos == 0 ? 0 : 100.0 * waited / (nanos * count);
        return new CpuWait(start.name, count, waited / 1e9, percent);
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
