package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.Tracking;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.guest.Rendezvous;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.scenario.ConfigurationRuns.Outcome;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.AccessTrackingResult.Benchmark;
import org.gleaner.lab.run.AccessTrackingResult.Phase;
import org.gleaner.lab.run.AccessTrackingResult.Young;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.AgingPlan;
import org.jspecify.annotations.Nullable;

/// Runs `access_tracking_perf_test` for each configuration: the vCPUs populate, write and read
/// their memory, a tracker makes it idle in between, and what it saw is held against what was
/// touched.
///
/// To the selftest's phases two are added at the end: a pass that must see what
/// `Reading from idle memory` touched, and one after which nothing was. A pass fails where more
/// than a tenth of the pages are on the wrong side, the selftest's own bound: a cached translation
/// hides accesses.
///
/// As a benchmark (`-p` of the series' versions 4 to 8) aging passes run back to back while the
/// vCPUs populate. One run more then shows the same without them.
public final class AccessTrackingRun {
    /// The configuration of a benchmark that nobody ages.
    static final String NONE = "none";

    /// Phases of the selftest, as it prints them.
    public static final String WRITE_IDLE = "Writing to idle memory";

    public static final String READ_IDLE = "Reading from idle memory";

    /// A pass may be wrong about one page in this many.
    private static final int WRONG = 10;

    private record Variant(Configuration configuration, boolean ages) {}

    private final AccessTracking scenario;
    private final Variant variant;
    private final ParallelRuns.Meter meter;
    private final GuestMachine machine;
    private final Crew crew;
    private final Tracker tracker;

    /// vCPUs that have written their first page.
    private final Word underWay = new Word();

    private final List<Phase> phases = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private @Nullable Benchmark benchmark;

    private AccessTrackingRun(
            ScenarioRequest<AccessTracking> request, Variant variant, ParallelRuns.Meter meter) {
        scenario = request.scenario();
        this.variant = variant;
        this.meter = meter;
        Configuration configuration = variant.configuration();
        AgingPlan plan = Support.plan(configuration);
        machine =
                new GuestMachine(request, configuration, plan, scenario.host().swap().device(), 0);
        crew = new Crew(machine, scenario.guest().vcpus());
        tracker =
                tracksIdlePages(scenario, configuration)
                        ? new IdleTracker(machine, crew, scenario.overlap())
                        : new GenerationTracker(machine, scenario.guestPages());
    }

    /// Runs the scenario.
    ///
    /// @throws Cancelled if the user stopped it before any configuration was finished
    public static AccessTrackingResult run(
            ScenarioRequest<AccessTracking> request, Progress progress) {
        AccessTracking scenario = request.scenario();
        List<ParallelRuns.Task<Outcome<AccessTrackingResult.Run>>> tasks = new ArrayList<>();
        for (Variant variant : variants(scenario)) {
            tasks.add(meter ->
                    new AccessTrackingRun(request.on(variant.configuration()), variant, meter)
                            .run());
        }
        var all =
                ConfigurationRuns.of(
                        request,
                        names(scenario),
                        tasks,
                        steps(scenario),
                        assumptions(request),
                        progress);
        return new AccessTrackingResult(request.setting(), all.runs(), all.course());
    }

    /// Touches of a page: by each vCPU, if all touch all.
    static long steps(AccessTracking scenario) {
        long each = scenario.overlap() ? scenario.guest().vcpus() : 1;
        return scenario.guestPages() * each * (scenario.benchmark() ? 1 : 6);
    }

    /// What is compared: the configurations, and in a benchmark the guest that nobody ages.
    public static List<String> names(AccessTracking scenario) {
        return variants(scenario).stream().map(each -> each.configuration().name()).toList();
    }

    private static List<Variant> variants(AccessTracking scenario) {
        List<Variant> all = new ArrayList<>();
        for (Configuration each : scenario.configurations()) {
            all.add(new Variant(each, true));
        }
        Configuration first = scenario.configurations().getFirst();
        if (scenario.benchmark()
                && scenario.configurations().stream().noneMatch(c -> c.name().equals(NONE))) {
            all.addFirst(new Variant(first.named(NONE), false));
        }
        return all;
    }

    /// Whether idle pages are tracked: where the scenario says so, and where MGLRU's page-table
    /// walk would not see a guest's accesses, for it is off or its design never asks KVM.
    private static boolean tracksIdlePages(AccessTracking scenario, Configuration configuration) {
        boolean blind =
                !walksPageTables(scenario, configuration) || !walkAsksKvm(scenario, configuration);
        return scenario.tracking() == Tracking.PAGE_IDLE || blind && !scenario.benchmark();
    }

    private static boolean walkAsksKvm(AccessTracking scenario, Configuration configuration) {
        return configuration.aging().design().hasWalkBit()
                ? configuration.lruGen(scenario.host()).walksSecondary()
                : configuration.aging() != AgingChoice.LOCKED_FLUSH;
    }

    private static boolean walksPageTables(AccessTracking scenario, Configuration configuration) {
        return (configuration.lruGen(scenario.host()).bits() & LruGenChoice.MM_WALK) != 0;
    }

    private static List<String> assumptions(ScenarioRequest<AccessTracking> request) {
        AccessTracking scenario = request.scenario();
        List<String> all = new ArrayList<>();
        all.add(
                HostCpus.assumption(
                        request, "every vCPU and the tracker", scenario.vcpuCount() + 1L));
        if (request.engine() == EngineChoice.VIRTUAL) {
            all.add(
                    "beside its work, an aging pass through debugfs takes 1 ms at full size, and"
                            + " the system calls of page-idle nothing");
        }
        for (Configuration each : scenario.configurations()) {
            String why =
                    !walksPageTables(scenario, each)
                            ? noWalks(scenario)
                            : "the walk of this design does not ask KVM";
            if (scenario.benchmark() && !walkAsksKvm(scenario, each)) {
                all.add(each.name() + ": " + why + ", so its passes cost a guest nothing");
            } else if (scenario.tracking() == Tracking.LRU_GEN && tracksIdlePages(scenario, each)) {
                all.add(each.name() + ": tracked by page-idle, for " + why);
            }
        }
        return all;
    }

    private static String noWalks(AccessTracking scenario) {
        return (scenario.host().lruGen().bits() & LruGenChoice.MM_WALK) == 0
                ? "host.lruGen has no page-table walks"
                : "MGLRU walks no page tables whose accessed bits hardware does not set";
    }

    private Outcome<AccessTrackingResult.Run> run() {
        machine.run(meter, this::boss);
        if (machine.outOfMemory()) {
            return new Outcome<>(null, machine.failures(variant.configuration()));
        }
        failures.addAll(machine.failures(variant.configuration()));
        return new Outcome<>(
                new AccessTrackingResult.Run(
                        variant.configuration(),
                        phases,
                        benchmark,
                        machine.commands().results(),
                        machine.accounting().result()),
                failures);
    }

    private void boss(Cpu boss) {
        machine.build(boss);
        crew.hire(boss);
        if (scenario.benchmark()) {
            machine.accounting().begin();
            benchmark = populateAgainstAging(boss);
        } else {
            track(boss);
        }
        machine.accounting().end();
        crew.dismiss(boss);
    }

    // --- the test ----------------------------------------------------------------------------

    private void track(Cpu boss) {
        touch(boss, "Populating memory", this::populate);
        if (machine.outOfMemory()) {
            return;
        }
        machine.accounting().begin();
        prepare(boss);
        touch(boss, "Writing to populated memory", touchAll(true));
        touch(boss, "Reading from populated memory", touchAll(false));
        look(boss, true);
        touch(boss, WRITE_IDLE, touchAll(true));
        look(boss, true);
        touch(boss, READ_IDLE, touchAll(false));
        look(boss, true);
        look(boss, false);
    }

    private void prepare(Cpu boss) {
        long start = boss.now();
        boolean all = tracker.prepare(boss);
        if (tracker instanceof GenerationTracker) {
            phases.add(new Phase("Initial aging pass", seconds(boss, start), null));
            touch(boss, "Re-populating memory", touchAll(true));
        }
        if (!all) {
            failures.add(name() + ": the generations do not hold all of the guest's pages");
        }
    }

    private void touch(Cpu boss, String phase, Crew.Job job) {
        phases.add(new Phase(phase, crew.together(boss, job), null));
    }

    /// One pass of the tracker, which must see every page as young, or none.
    private void look(Cpu boss, boolean touched) {
        String phase = "Mark memory idle (" + tracker.label() + ")";
        long start = boss.now();
        Young young = tracker.pass(boss);
        phases.add(new Phase(phase, seconds(boss, start), young));
        long right = touched ? young.youngPages() : young.testedPages() - young.youngPages();
        if (young.testedPages() - right > young.testedPages() / WRONG) {
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "%s: phase %d, %s: %d of %d pages are young, but %s",
                            name(),
                            phases.size(),
                            phase,
                            young.youngPages(),
                            young.testedPages(),
                            touched ? "all were touched" + hidden() : "none was touched"));
        }
    }

    /// Why accesses may not be seen: no tracker flushes a TLB.
    private String hidden() {
        long each = scenario.guestPages() / (scenario.overlap() ? 1 : scenario.guest().vcpus());
        int tlb = scenario.guest().tlbEntries();
        return each > (long) WRONG * tlb
                ? ""
                : String.format(
                        Locale.ROOT,
                        " (a TLB of %d entries hides accesses to the %d pages of a vCPU: give"
                                + " more guest.memory or fewer guest.tlbEntries)",
                        tlb,
                        each);
    }

    private static double seconds(Cpu boss, long start) {
        return (boss.now() - start) / 1e9;
    }

    private String name() {
        return variant.configuration().name();
    }

    // --- the benchmark -----------------------------------------------------------------------

    private Benchmark populateAgainstAging(Cpu boss) {
        double[] seconds = new double[scenario.guest().vcpus()];
        crew.begin(
                boss,
                (cpu, vcpu, index) -> {
                    long start = cpu.now();
                    populate(cpu, vcpu, index);
                    seconds[index] = seconds(cpu, start);
                });
        // the selftest's vCPUs spin for their start; to wake them takes longer than a small pass
        Rendezvous.spinUntil(boss, underWay, scenario.guest().vcpus());
        int passes = 0;
        double aging = 0;
        if (variant.ages() && tracker instanceof GenerationTracker generations) {
            while (crew.isBusy(boss)) {
                long start = boss.now();
                generations.age(boss);
                aging += seconds(boss, start);
                passes++;
            }
        }
        // as the selftest's main thread does: with agers and without, as many CPUs are at work
        crew.spin(boss);
        double slowest = 0;
        for (double each : seconds) {
            slowest = Math.max(slowest, each);
        }
        return new Benchmark(slowest, passes, passes == 0 ? 0 : aging / passes);
    }

    // --- what vCPUs do -----------------------------------------------------------------------

    /// The first writes, with a sign once the first of them is done. What is left in this CPU's LRU
    /// batch afterwards is put on its list, as whatever runs next on the CPU would do.
    private void populate(Cpu cpu, Vcpu vcpu, int index) {
        long start = shareStart(index);
        machine.touch(cpu, vcpu, start, start + 1, true, meter);
        cpu.fetchAdd(underWay, 1);
        machine.touch(cpu, vcpu, start + 1, shareEnd(index), true, meter);
        machine.host().lru().drain(cpu);
    }

    private Crew.Job touchAll(boolean write) {
        return (cpu, vcpu, index) ->
                machine.touch(cpu, vcpu, shareStart(index), shareEnd(index), write, meter);
    }

    private long shareStart(int index) {
        return machine.shareStart(scenario.overlap() ? 0 : index);
    }

    private long shareEnd(int index) {
        return scenario.overlap() ? machine.end() : machine.shareEnd(index);
    }
}
