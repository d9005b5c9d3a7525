package org.gleaner.lab.execute.trial;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.host.Accounting;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.together.SharedHost;
import org.gleaner.lab.run.HeapNeed;
import org.gleaner.lab.run.RunStatistics;
import org.gleaner.lab.run.RunStatistics.GroupPressure;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.run.TrialVm;
import org.gleaner.lab.size.Heap;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.Host;
import org.gleaner.mm.psi.PressureGroup;

/// Watches VMs on one host for a while ([TrialRequest]).
///
/// It is the host of traces together ([SharedHost]) with another way through them: VMs that never
/// end, and counts of a part of their time.
public final class TrialRun {
    private final TrialRequest request;
    private final ParallelRuns.Meter meter;
    private final SharedHost shared;
    private final Engine engine;
    private final Host host;
    private final Accounting accounting;
    private final TrialPhases phases;
    private final PressureAgent agent;
    private final List<TrialGuest> guests = new ArrayList<>();
    private double kswapdShare;

    private TrialRun(TrialRequest request, ParallelRuns.Meter meter) {
        this.request = request;
        this.meter = meter;
        shared = SharedHost.of(request.together());
        engine =
                Support.engine(
                        request.engine(),
                        request.costs(),
                        VirtualOptions.seed(request.seed()).withoutCallTrees());
        host = new Host(engine, shared.config("host.memory", request.watermarks()));
        accounting = new Accounting(host);
        phases = new TrialPhases(request.vms().size());
        agent = new PressureAgent(accounting, host.memcgFiles());
    }

    /// Runs each of them, on all cores; the result does not tell how many those are.
    ///
    /// @throws BadInput if one does not fit Java's heap, or leaves guests nothing
    /// @throws Cancelled if the user stopped it before all were done
    public static List<TrialResult> run(List<TrialRequest> requests, Progress progress) {
        List<ParallelRuns.Task<TrialResult>> tasks = new ArrayList<>();
        long accesses = 0;
        int atOnce = Math.min(requests.size(), Support.runsAtOnce(requests.getFirst().engine()));
        for (TrialRequest request : requests) {
            HeapNeed.check(request.together(), request.hostPages(), atOnce, Heap.ofProcess());
            accesses += request.accesses();
            ParallelRuns.Task<TrialResult> task = meter -> new TrialRun(request, meter).run();
            tasks.add(task.ofLength(request.vms().size()));
        }
        List<TrialResult> finished =
                ParallelRuns.run("trials", tasks, accesses, true, atOnce, progress).finished();
        if (finished.size() < requests.size()) {
            throw new Cancelled();
        }
        return finished;
    }

    private TrialResult run() {
        Rcu rcu = Rcu.start(engine);
        try (host) {
            engine.spawn("boss", cpu -> boss(cpu, rcu));
            meter.watch(engine);
            engine.run();
            accounting.close();
        }
        RunStatistics statistics = accounting.result();
        if (statistics == null) {
            throw new IllegalStateException("a trial came to no end");
        }
        List<GroupPressure> pressure = statistics.pressure();
        List<TrialResult.Vm> vms = new ArrayList<>();
        for (int i = 0; i < guests.size(); i++) {
            vms.add(guests.get(i).result(pressure.get(i + 1)));
        }
        return new TrialResult(
                vms,
                shared.share().usablePages(),
                pressure.getFirst().some().percent(),
                100 * kswapdShare);
    }

    private void boss(Cpu boss, Rcu rcu) {
        for (TrialVm each : request.vms()) {
            guests.add(
                    new TrialGuest(boss, each, request.watch(), phases, request.backing(), host));
        }
        for (int i = 0; i < guests.size(); i++) {
            TrialGuest guest = guests.get(i);
            String name = request.vms().get(i).name();
            // Each counts its faults itself, of the time in which it is watched.
            PressureGroup group = accounting.guest(name, List::of, guest::memory);
            guest.holdBy(agent, group);
            engine.spawn(
                    "vm-" + name,
                    accounting.watched(
                            group, cpu -> guest.run(cpu, request, shared.aging(), rcu, meter)));
        }
        if (!agent.holdsNone()) {
            engine.spawn("pressure-agent", cpu -> agent.run(cpu, phases));
        }
        phases.awaitPopulated(boss);
        boss.sleep(request.watch().warmUpNanos());
        long start = boss.now();
        long before = host.reclaim().kswapdNanos(start);
        accounting.begin();
        phases.watch(boss);
        phases.awaitDone(boss);
        accounting.end();
        long end = boss.now();
        kswapdShare =
                Math.clamp(
                        (host.reclaim().kswapdNanos(end) - before) / (double) (end - start), 0, 1);
    }
}
