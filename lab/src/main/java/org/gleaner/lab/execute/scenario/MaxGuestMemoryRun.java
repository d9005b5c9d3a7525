package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Ablation;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.host.CallTrees;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.scenario.ConfigurationRuns.Outcome;
import org.gleaner.lab.run.CallNode;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.machine.CallTree;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// Runs `max_guest_memory_test` for each configuration, and for each of its ablations if asked to.
public final class MaxGuestMemoryRun {
    /// One thing to run: a configuration, whole or with a part taken out.
    private record Variant(
            Configuration configuration,
            @Nullable Ablation ablation,
            SwapDeviceChoice device,
            AgingPlan plan) {

        String name() {
            String whole = configuration.name();
            return ablation == null ? whole : whole + " without " + ablation.label();
        }
    }

    /// What run 2 was made of. Taken as it ends: kswapd goes on with its round when nobody is left
    /// to need it, and nobody is left to tell it that its writes are done.
    private record RunTwo(CallNode kswapd, CallNode direct, Map<String, Long> counters) {}

    private final Variant variant;

    private final ParallelRuns.Meter meter;
    private final GuestMachine machine;
    private final Crew crew;
    private double run1;
    private double reset;
    private double run2;
    private @Nullable RunTwo runTwo;

    private MaxGuestMemoryRun(
            ScenarioRequest<MaxGuestMemory> request, Variant variant, ParallelRuns.Meter meter) {
        this.variant = variant;
        this.meter = meter;
        MaxGuestMemory scenario = request.scenario();
        machine =
                new GuestMachine(
                        request, variant.configuration(), variant.plan(), variant.device(), 0);
        crew = new Crew(machine, scenario.guest().vcpus());
    }

    /// Runs the scenario.
    public static MaxGuestMemoryResult run(
            ScenarioRequest<MaxGuestMemory> request, Progress progress) {
        MaxGuestMemory scenario = request.scenario();
        List<Variant> variants = variants(request);
        List<ParallelRuns.Task<Outcome<MaxGuestMemoryResult.Run>>> tasks = new ArrayList<>();
        for (Variant variant : variants) {
            ParallelRuns.Task<Outcome<MaxGuestMemoryResult.Run>> task =
                    meter ->
                            new MaxGuestMemoryRun(
                                            request.on(variant.configuration()), variant, meter)
                                    .run();
            tasks.add(task.ofLength(length(variant)));
        }
        long steps = 2 * scenario.guestPages() + scenario.backingPages();
        var all =
                ConfigurationRuns.of(
                        request,
                        variants.stream().map(Variant::name).toList(),
                        tasks,
                        steps,
                        assumptions(request),
                        progress);
        return new MaxGuestMemoryResult(request.setting(), all.runs(), all.course());
    }

    private static List<String> assumptions(ScenarioRequest<MaxGuestMemory> request) {
        MaxGuestMemory scenario = request.scenario();
        List<String> all = new ArrayList<>();
        SwapDeviceChoice device = scenario.host().swap().device();
        all.add(
                "swap is on "
                        + device.label()
                        + "; the published experiment does not name its device, nor its processor");
        all.addAll(HostShare.of(scenario, device).assumptions(scenario));
        all.add(HostCpus.assumption(request, "every vCPU and kswapd", scenario.vcpuCount() + 1L));
        return all;
    }

    private static List<Variant> variants(ScenarioRequest<MaxGuestMemory> request) {
        MaxGuestMemory scenario = request.scenario();
        SwapDeviceChoice device = scenario.host().swap().device();
        List<Variant> all = new ArrayList<>();
        for (Configuration each : scenario.configurations()) {
            all.add(new Variant(each, null, device, plan(each)));
        }
        if (request.ablate()) {
            for (Ablation ablation : scenario.ablations()) {
                for (Configuration each : scenario.configurations()) {
                    ablate(all, each, ablation, device);
                }
            }
        }
        return all;
    }

    /// A classic LRU faults on most pages again, and a design that flushes keeps all vCPUs waiting:
    /// measured, of three configurations that differ so, 31 : 14 : 8.
    private static int length(Variant variant) {
        int classic = variant.configuration().lru() == Lru.CLASSIC ? 2 : 0;
        return classic + (variant.plan().flush() ? 1 : 0);
    }

    private static AgingPlan plan(Configuration configuration) {
        return Support.plan(configuration);
    }

    /// Adds a configuration without one of its parts, unless it does not have that part.
    private static void ablate(
            List<Variant> all,
            Configuration configuration,
            Ablation ablation,
            SwapDeviceChoice device) {
        AgingPlan plan = plan(configuration);
        boolean mglru = configuration.lru() == Lru.MGLRU;
        AgingPlan less =
                switch (ablation) {
                    case FLUSH_OFF -> plan.withoutFlush();
                    case LOOK_AROUND_OFF -> mglru ? plan.withoutLookAround() : plan;
                    case LOCK_KEPT -> mglru ? plan.withLock() : plan;
                    case DEVICE_VARIED -> plan;
                };
        if (ablation == Ablation.DEVICE_VARIED) {
            SwapDeviceChoice other =
                    device == SwapDeviceChoice.ZRAM ? SwapDeviceChoice.SSD : SwapDeviceChoice.ZRAM;
            all.add(new Variant(configuration, ablation, other, plan));
        } else if (!less.equals(plan)) {
            all.add(new Variant(configuration, ablation, device, less));
        }
    }

    private Outcome<MaxGuestMemoryResult.Run> run() {
        machine.run(meter, this::boss);
        List<String> failures = machine.failures(variant.configuration());
        return new Outcome<>(machine.outOfMemory() ? null : result(), failures);
    }

    private void boss(Cpu boss) {
        machine.build(boss);
        if (!machine.prefault(boss, meter)) {
            return;
        }
        crew.hire(boss);
        machine.accounting().phase("run1");
        run1 = crew.together(boss, this::writeAll);
        if (!machine.outOfMemory()) {
            machine.accounting().phase("reset");
            reset = crew.together(boss, (cpu, vcpu, index) -> vcpu.resetContext(cpu));
            List<CallTree.@Nullable Frame> kswapd = CallTrees.snapshot(machine.cpus("kswapd"));
            List<CallTree.@Nullable Frame> vcpus = CallTrees.snapshot(machine.cpus("vcpu"));
            Map<VmEvent, Long> counters = machine.host().stat().snapshot();
            machine.accounting().begin("run2");
            run2 = crew.together(boss, this::writeAll);
            machine.accounting().end();
            runTwo =
                    new RunTwo(
                            since("kswapd", kswapd, KernelFunction.BALANCE_PGDAT),
                            since("vcpu", vcpus, KernelFunction.TRY_TO_FREE_PAGES),
                            machine.host().stat().namedSince(counters));
        }
        crew.dismiss(boss);
    }

    private CallNode since(
            String cpus, List<CallTree.@Nullable Frame> before, KernelFunction root) {
        return CallTrees.since(machine.cpus(cpus), before, root);
    }

    private void writeAll(Cpu cpu, Vcpu vcpu, int index) {
        machine.touch(cpu, vcpu, machine.shareStart(index), machine.shareEnd(index), true, meter);
    }

    private MaxGuestMemoryResult.Run result() {
        RunTwo second = Objects.requireNonNull(runTwo);
        return new MaxGuestMemoryResult.Run(
                variant.configuration(),
                variant.ablation(),
                variant.device(),
                run1,
                reset,
                run2,
                second.kswapd(),
                second.direct(),
                second.counters(),
                machine.commands().results(),
                machine.accounting().result());
    }
}
