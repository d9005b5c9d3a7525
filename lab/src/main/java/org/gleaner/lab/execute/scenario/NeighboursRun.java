package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Workload;
import org.gleaner.lab.execute.guest.Rendezvous;
import org.gleaner.lab.execute.host.Accounting;
import org.gleaner.lab.execute.host.HostCommands;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.host.HostSetup;
import org.gleaner.lab.execute.host.IdleCpus;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.scenario.ConfigurationRuns.Outcome;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.scenario.MoreSwap;
import org.gleaner.lab.scenario.Neighbour;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.size.Size;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.psi.PressureGroup;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// Runs several guests on one host for each configuration: they populate their memory together,
/// then do what their workloads say until time is up, while the boss looks what is resident and an
/// administrator writes to files.
public final class NeighboursRun {
    private static final long MILLI = 1_000_000;

    private final Neighbours scenario;
    private final Configuration configuration;
    private final ParallelRuns.Meter meter;
    private final AgingPlan plan;
    private final HostShare share;
    private final Engine engine;
    private final Host host;
    private final Rcu rcu;
    private final HostCommands commands;
    private final Accounting accounting;
    private final List<NeighbourGuest> guests = new CopyOnWriteArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final List<Double> sampleSeconds = new ArrayList<>();
    private final Rendezvous rendezvous;
    private final IdleCpus idleCpus;
    private final Word gone = new Word();

    /// Whether every guest has phases and is through them at some time.
    private final boolean endsWithWork;

    private Map<VmEvent, Long> countersBefore = Map.of();

    /// As vCPUs and commands are through: kswapd may go on with its round when nobody needs it.
    private Map<VmEvent, Long> countersAtEnd = Map.of();

    /// When all guests were populated.
    private long populatedAtNanos;

    private NeighboursResult.Kswapd kswapd = new NeighboursResult.Kswapd(0, 0);

    /// When the guests are to stop; written by the boss before it lets them go.
    private long until;

    NeighboursRun(
            ScenarioRequest<Neighbours> request,
            Configuration configuration,
            ParallelRuns.Meter meter) {
        scenario = request.scenario();
        this.configuration = configuration;
        this.meter = meter;
        endsWithWork =
                scenario.guests().stream().allMatch(each -> each.workload() == Workload.PHASES);
        plan = Support.plan(configuration);
        engine =
                Support.engine(
                        request.engine(),
                        scenario.host().costs().on(configuration.arch()),
                        request.costs(),
                        HostCpus.options(scenario.seed(), scenario.host(), request.scale()));
        var device = scenario.host().swap().device();
        share = HostShare.of(scenario, device);
        host =
                new Host(
                        engine,
                        HostSetup.config(
                                scenario,
                                configuration,
                                plan,
                                device,
                                request.scale(),
                                share,
                                1 + scenario.guests().size(),
                                2 + scenario.guests().size()));
        accounting = new Accounting(host);
        rcu = Rcu.start(engine);
        idleCpus = new IdleCpus(host::drain);
        commands = HostCommands.start(host, scenario, plan, lastId(), this::memcg, idleCpus);
        rendezvous = new Rendezvous(vcpus());
        host.reclaim().drainBy(this::drainAll);
    }

    /// Of the administrator's CPU, which comes behind those of the boss, the watch and the vCPUs.
    private int lastId() {
        return engine.cpus().size() + 2 + vcpus();
    }

    /// A guest is about to exit: zram will not need what was there for its pages.
    private void ends(Cpu cpu) {
        long gone =
                guests.stream()
                        .filter(NeighbourGuest::ended)
                        .mapToLong(NeighbourGuest::populatedPages)
                        .sum();
        host.swap().lowerNeed(cpu, share.zramPagesWithout(scenario, gone));
    }

    /// Asks CPUs that wait or idle for what they hold.
    private void drainAll(Cpu cpu) {
        rendezvous.nudge(cpu);
        idleCpus.ask(cpu);
    }

    private @Nullable Memcg memcg(String guest) {
        for (NeighbourGuest each : guests) {
            if (each.neighbour().name().equals(guest)) {
                return each.memcg();
            }
        }
        return null;
    }

    private int vcpus() {
        return scenario.vcpuCount();
    }

    /// Runs the scenario.
    ///
    /// @throws BadInput if something that it asks for is not there
    /// @throws Cancelled if the user stopped it before any configuration was finished
    public static NeighboursResult run(ScenarioRequest<Neighbours> request, Progress progress) {
        Neighbours scenario = request.scenario();
        var all =
                ConfigurationRuns.ofEach(
                        request,
                        (on, each, meter) -> new NeighboursRun(on, each, meter).run(),
                        steps(scenario),
                        assumptions(request),
                        progress);
        return new NeighboursResult(request.setting(), all.runs(), all.course());
    }

    /// Pages that are populated, and steps of the time after.
    static long steps(Neighbours scenario) {
        return scenario.backingPages() + timedSteps(scenario);
    }

    /// By default the time after takes a quarter to a half of the whole.
    private static long timedSteps(Neighbours scenario) {
        return scenario.backingPages() / 2;
    }

    private static List<String> assumptions(ScenarioRequest<Neighbours> request) {
        Neighbours scenario = request.scenario();
        List<String> all =
                new ArrayList<>(
                        List.of(
                                HostCpus.assumption(
                                        request,
                                        "every vCPU, kswapd and the administrator who writes"
                                                + " commands",
                                        scenario.vcpuCount() + 2L),
                                "the guests populate their memory together, and counters are of"
                                        + " the time after it, but for those of populating"));
        HostShare share = HostShare.of(scenario, scenario.host().swap().device());
        all.addAll(share.assumptions(scenario));
        return all;
    }

    Outcome<NeighboursResult.Run> run() {
        try (host) {
            engine.spawn("boss", this::boss);
            meter.watch(engine);
            accounting.observe(meter.series());
            engine.run();
            accounting.close();
        }
        Map<String, Long> populating = new LinkedHashMap<>();
        Map<String, Long> counters = new LinkedHashMap<>();
        countersAtEnd.forEach((event, n) -> {
            long before = countersBefore.getOrDefault(event, 0L);
            populating.put(event.statName(), before);
            counters.put(event.statName(), n - before);
        });
        guests.forEach(this::tellEnd);
        tellUnfinished();
        tellShortage();
        failures.addAll(commands.failures(configuration.name()));
        List<NeighboursResult.Guest> results = guests.stream().map(NeighbourGuest::result).toList();
        return new Outcome<>(
                new NeighboursResult.Run(
                        configuration,
                        new NeighboursResult.Populating(populatedAtNanos / 1e9, populating),
                        sampleSeconds,
                        results,
                        kswapd,
                        counters,
                        commands.results(),
                        accounting.result()),
                failures);
    }

    /// If the host was too small, by how much, and what would help.
    private void tellShortage() {
        boolean died =
                guests.stream()
                        .map(NeighbourGuest::end)
                        .anyMatch(e -> e != null && e.why() == NeighboursResult.Why.HOST_OOM);
        long missing = share.missingPages(scenario);
        if (died && missing > 0) {
            failures.add(
                    configuration.name()
                            + ": for "
                            + Size.approximately(missing * scenario.pageBytes())
                            + " of guest memory there was no room in memory and swap; more swap"
                            + " would help: "
                            + MoreSwap.settings(scenario).orElse("host.swap.size"));
        }
    }

    /// Work that was cut off would be taken for slow.
    private void tellUnfinished() {
        long cut =
                guests.stream()
                        .filter(guest -> guest.end() == null && guest.isUnfinished())
                        .count();
        if (cut > 0) {
            failures.add(
                    configuration.name()
                            + ": the time (millis "
                            + scenario.millis()
                            + ") was up before "
                            + cut
                            + " of "
                            + guests.size()
                            + " guests were through their phases; give more");
        }
    }

    private void tellEnd(NeighbourGuest guest) {
        NeighboursResult.End end = guest.end();
        if (end != null) {
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "%s: guest %s did not live to the end: %s (%.3f s after the host's"
                                    + " start%s)",
                            configuration.name(),
                            guest.neighbour().name(),
                            end.why().told(),
                            end.seconds(),
                            end.populating() ? ", while guests populated" : ""));
        }
    }

    private void boss(Cpu boss) {
        for (Neighbour each : scenario.guests()) {
            guests.add(
                    new NeighbourGuest(
                            boss,
                            scenario,
                            each,
                            host,
                            rcu,
                            Support.vm(scenario, configuration, plan),
                            rendezvous,
                            this::ends,
                            meter));
        }
        for (NeighbourGuest guest : guests) {
            PressureGroup group =
                    accounting.guest(guest.neighbour().name(), guest::vcpus, guest::memory);
            for (int i = 0; i < guest.neighbour().vcpus(); i++) {
                int index = i;
                engine.spawn(
                        "vcpu" + i + "-" + guest.neighbour().name(),
                        accounting.watched(group, cpu -> vcpu(cpu, guest, index)));
            }
        }
        rendezvous.awaitAll(boss);
        countersBefore = host.stat().snapshot();
        long start = boss.now();
        long kswapdBefore = host.reclaim().kswapdNanos(start);
        guests.forEach(each -> each.begin(boss));
        populatedAtNanos = start;
        accounting.begin();
        until = start + scenario.millis() * MILLI;
        meter.timed(start, until, scenario.backingPages(), timedSteps(scenario));
        rendezvous.release(boss);
        commands.populated(boss, start);
        watch(boss, start);
        accounting.end();
        long end = boss.now();
        long kswapdTime = Math.max(0, host.reclaim().kswapdNanos(end) - kswapdBefore);
        kswapd =
                new NeighboursResult.Kswapd(
                        kswapdTime / 1e9, Math.min(1, kswapdTime / (double) (end - start)));
        boss.block(gone, -1, vcpus());
        commands.close(boss);
        countersAtEnd = host.stat().snapshot();
        guests.forEach(NeighbourGuest::close);
    }

    private void vcpu(Cpu cpu, NeighbourGuest guest, int index) {
        Vcpu vcpu = guest.newVcpu(cpu);
        guest.populate(cpu, vcpu, index);
        rendezvous.arrive(cpu, guest::ended, host::drain);
        guest.work(cpu, vcpu, index, until);
        guest.leave(cpu);
        if (cpu.fetchAdd(gone, 1) == vcpus() - 1 && endsWithWork) {
            idleCpus.ask(cpu);
        }
        idleCpus.idle(cpu, until, () -> isOver(cpu));
    }

    /// Whether all guests are through their work, so that the rest of the time has nothing to show.
    private boolean isOver(Cpu cpu) {
        return endsWithWork && cpu.peek(gone) == vcpus();
    }

    /// Looks what is resident, now and then.
    private void watch(Cpu boss, long start) {
        for (int sample = 1; sample <= scenario.samples() && !isOver(boss); sample++) {
            long at = start + scenario.millis() * MILLI * sample / scenario.samples();
            if (endsWithWork) {
                boss.sleepUnless(gone, -1, vcpus(), at - boss.now());
            } else {
                boss.sleep(at - boss.now());
            }
            sampleSeconds.add((boss.now() - start) / 1e9);
            guests.forEach(NeighbourGuest::sample);
        }
    }
}
