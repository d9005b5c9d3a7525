package org.gleaner.lab.execute.together;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.execute.host.HostSetup;
import org.gleaner.lab.execute.host.Preemptions;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.run.TurnsRequest;
import org.gleaner.lab.run.TurnsResult;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.Host;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// Replays traces in cgroups under the limit of the one above them, taking turns on one CPU.
///
/// There is direct reclaim at the limit only, by whose turn it is, of all cgroups below it. One
/// that is through keeps what it has, as an idle guest does.
public final class TurnsRun {
    /// Memory besides what the traces may use, so that only the limit matters.
    private static final int SPARE_PAGES = 16 << 10;

    /// Pages of the kernel's that the cgroup above is charged for itself and for those below it, as
    /// `kernel` of a real one's `memory.stat` says.
    private static final int ABOVE = 5;

    /// And those that a program's own cgroup is charged: a table of its data, and objects.
    private static final int OWN = 3;

    /// The same since 6.18.
    private static final int OWN_LATER = 4;

    private final TurnsRequest request;
    private final Progress progress;
    private final AgingPlan aging;
    private final Engine engine;
    private final Host host;
    private final List<TurnsGuest> guests = new ArrayList<>();
    private @Nullable RuntimeException stopped;

    private TurnsRun(TurnsRequest request, Progress progress) {
        this.request = request;
        this.progress = progress;
        aging = Support.plan(request.aging());
        engine =
                Support.engine(
                        request.engine(),
                        CostModelChoice.X86_SERVER,
                        VirtualOptions.seed(request.seed()).withoutCallTrees());
        host = new Host(engine, HostSetup.checked("traces together", this::config));
    }

    /// Runs one.
    ///
    /// @throws org.gleaner.lab.BadInput if it does not fit
    /// @throws Cancelled if the user asked to stop
    public static TurnsResult run(TurnsRequest request, Progress progress) {
        return new TurnsRun(request, progress).run();
    }

    private HostConfig config() {
        long used = Math.min(request.touchedPages(), request.memoryPages());
        return HostSetup.underLimits(
                request,
                used + SPARE_PAGES,
                request.swapPages(),
                request.mappedPages(),
                2 + request.guests().size(),
                Preemptions.of(request));
    }

    private TurnsResult run() {
        Rcu rcu = Rcu.start(engine);
        try (host) {
            engine.spawn("turns", cpu -> all(cpu, rcu));
            engine.run();
        } finally {
            guests.forEach(TurnsGuest::close);
        }
        if (stopped != null) {
            throw stopped;
        }
        return new TurnsResult(
                guests.stream().map(TurnsGuest::counters).toList(),
                host.stat().named(),
                failures());
    }

    private List<String> failures() {
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < guests.size(); i++) {
            TurnsGuest guest = guests.get(i);
            if (guest.wasKilled()) {
                failures.add(
                        String.format(
                                Locale.ROOT,
                                "the OOM killer ended %s at access %d",
                                request.guests().get(i).trace().name(),
                                guest.done()));
            }
        }
        return failures;
    }

    private void all(Cpu cpu, Rcu rcu) {
        Memcg above = host.memcgs().add(request.memoryPages());
        host.kernelMemory().chargePages(cpu, above, ABOVE);
        int own = host.config().kernel().isBefore(KernelVersion.V6_18) ? OWN : OWN_LATER;
        for (TurnsRequest.Guest each : request.guests()) {
            guests.add(new TurnsGuest(cpu, request, each, host, above, own, aging, rcu));
        }
        List<TurnsGuest> left = new ArrayList<>(guests);
        long done = 0;
        while (!left.isEmpty()) {
            left.removeIf(guest -> !guest.turn(cpu, request.turn()));
            done += (long) request.turn() * left.size();
            progress.at(done);
            if (progress.cancelled()) {
                stopped = new Cancelled();
                return;
            }
        }
    }
}
