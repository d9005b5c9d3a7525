package org.gleaner.lab.execute.together;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.host.Accounting;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.run.HeapNeed;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.run.TogetherResult;
import org.gleaner.lab.scenario.MinFree;
import org.gleaner.lab.scenario.WatermarkSettings;
import org.gleaner.lab.size.Heap;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.Host;
import org.gleaner.mm.psi.PressureGroup;
import org.jspecify.annotations.Nullable;

/// Replays several traces at the same time on one host: what their memory does to each other.
///
/// Each guest has a CPU and a cgroup of its own; kswapd has another CPU.
public final class TogetherRun {

    /// The kernel's own.
    private static final WatermarkSettings USUAL = new WatermarkSettings(MinFree.parse("auto"), 10);

    /// What samples call it.
    private static final String TOGETHER = "together";

    private final TogetherRequest request;
    private final ParallelRuns.Meter meter;
    private final SharedHost shared;
    private final Engine engine;
    private final Host host;
    private final Accounting accounting;
    private final AtomicInteger busy;
    private final List<TogetherGuest> guests = new ArrayList<>();

    private TogetherRun(TogetherRequest request, ParallelRuns.Meter meter) {
        this.request = request;
        this.meter = meter;
        shared = SharedHost.of(request);
        engine =
                Support.engine(
                        request.engine(),
                        CostModelChoice.X86_SERVER,
                        VirtualOptions.seed(request.seed()));
        host = new Host(engine, shared.config("--host-memory", USUAL));
        accounting = new Accounting(host);
        busy = new AtomicInteger(request.guests().size());
    }

    /// Runs each request.
    ///
    /// @param observation where what the first host looks like over time is to be kept
    /// @return what was finished, in order, if `progress` was cancelled
    /// @throws BadInput if something that is asked for is not supported, or does not fit
    public static List<TogetherResult> run(
            List<TogetherRequest> requests, Observation observation, Progress progress) {
        List<ParallelRuns.Task<TogetherResult>> tasks = new ArrayList<>();
        long accesses = 0;
        EngineChoice first = requests.getFirst().engine();
        int atOnce = Math.min(requests.size(), Support.runsAtOnce(first));
        for (TogetherRequest request : requests) {
            HeapNeed.check(request, request.hostPages(), atOnce, Heap.ofProcess());
            accesses += request.accesses();
            HostSeries series = tasks.isEmpty() ? observation.of(TOGETHER) : null;
            tasks.add(meter -> new TogetherRun(request, meter).run(series));
        }
        return ParallelRuns.run(
                        "replay " + requests.getFirst().guests().size() + " traces together",
                        tasks,
                        accesses,
                        true,
                        atOnce,
                        progress)
                .finished();
    }

    private TogetherResult run(@Nullable HostSeries series) {
        Rcu rcu = Rcu.start(engine);
        long start = System.nanoTime();
        try (host) {
            engine.spawn("boss", cpu -> boss(cpu, rcu));
            meter.watch(engine);
            accounting.observe(series);
            engine.run();
            accounting.close();
        }
        double wall = (System.nanoTime() - start) / 1e9;
        boolean timed = request.engine() == EngineChoice.VIRTUAL;
        long last = guests.stream().mapToLong(TogetherGuest::doneAtNanos).max().orElse(0);
        return TogetherResult.of(
                request,
                guests.stream().map(guest -> guest.result(timed)).toList(),
                shared.share().usablePages(),
                host.stat().named(),
                timed ? last / 1e9 : null,
                accounting.result(),
                wall);
    }

    private void boss(Cpu boss, Rcu rcu) {
        for (TogetherRequest.Guest each : request.guests()) {
            guests.add(new TogetherGuest(boss, each, request.backing(), host));
        }
        for (int i = 0; i < guests.size(); i++) {
            TogetherGuest guest = guests.get(i);
            String name = request.guests().get(i).name();
            PressureGroup group = accounting.guest(name, guest::vcpus, guest::memory);
            engine.spawn(
                    "replay-" + name, accounting.watched(group, cpu -> replay(cpu, guest, rcu)));
        }
        accounting.begin();
    }

    private void replay(Cpu cpu, TogetherGuest guest, Rcu rcu) {
        guest.replay(cpu, request, shared.aging(), rcu, meter);
        if (busy.decrementAndGet() == 0) {
            accounting.end();
        }
    }
}
