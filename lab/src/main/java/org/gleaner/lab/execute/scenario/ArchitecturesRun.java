package org.gleaner.lab.execute.scenario;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.gleaner.kvm.FaultTimes;
import org.gleaner.kvm.NotifierCalls;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.VcpuStat;
import org.gleaner.kvm.Vm;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.host.CallTrees;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.scenario.ConfigurationRuns.Outcome;
import org.gleaner.lab.run.ArchitecturesResult;
import org.gleaner.lab.run.ArchitecturesResult.Aging;
import org.gleaner.lab.run.ArchitecturesResult.Faults;
import org.gleaner.lab.run.ArchitecturesResult.Invalidations;
import org.gleaner.lab.run.ArchitecturesResult.Locks;
import org.gleaner.lab.run.ArchitecturesResult.Run;
import org.gleaner.lab.run.ArchitecturesResult.Stall;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.AcrossArchitectures;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.machine.CallTree;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.KernelFunction;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.LockUse;
import org.gleaner.mm.stat.VmEvent;
import org.jspecify.annotations.Nullable;

/// Runs one overcommitted guest on each processor: the vCPUs write all of its memory once, a share
/// each, and then access all of it in rounds, at the beginning of each of which the boss asks for
/// an aging pass, and ages while they run.
public final class ArchitecturesRun {
    private static final List<KernelFunction> YOUNG =
            List.of(
                    KernelFunction.KVM_AGE_HVA,
                    KernelFunction.KVM_AGE_FLUSH_HVA,
                    KernelFunction.KVM_TEST_AGE_HVA,
                    KernelFunction.KVM_TEST_CLEAR_YOUNG);

    private final AcrossArchitectures scenario;
    private final Configuration configuration;
    private final ParallelRuns.Meter meter;
    private final GuestMachine machine;
    private final Crew crew;
    private final GenerationTracker generations;
    private final SkewedAccesses pattern;
    private double populate;
    private double rounds;
    private double busy;

    /// By vCPU: when it was done with the round.
    private final long[] doneAtNanos;

    private int passes;
    private double passSeconds;
    private long passPages;

    /// What came of the rounds, as it was when they had ended.
    private @Nullable Run result;

    ArchitecturesRun(
            ScenarioRequest<AcrossArchitectures> request,
            Configuration configuration,
            ParallelRuns.Meter meter) {
        scenario = request.scenario();
        this.configuration = configuration;
        this.meter = meter;
        machine = GuestMachine.of(request, configuration, 0);
        crew = new Crew(machine, scenario.guest().vcpus());
        doneAtNanos = new long[scenario.guest().vcpus()];
        generations = new GenerationTracker(machine, scenario.guestPages());
        pattern =
                new SkewedAccesses(
                        Math.toIntExact(scenario.guestAccesses()),
                        Math.toIntExact(scenario.pieceAccesses()),
                        scenario.pageBytes(),
                        scenario.writePercent(),
                        scenario.seed());
    }

    /// Runs the scenario.
    public static ArchitecturesResult run(
            ScenarioRequest<AcrossArchitectures> request, Progress progress) {
        AcrossArchitectures scenario = request.scenario();
        var all =
                ConfigurationRuns.ofEach(
                        request,
                        (on, each, meter) -> new ArchitecturesRun(on, each, meter).run(),
                        steps(scenario),
                        List.of(
                                HostCpus.assumption(
                                        request,
                                        "every vCPU, kswapd and who asks for the aging passes",
                                        scenario.vcpuCount() + 2L),
                                "an aging pass takes 1 ms at full size besides its work, for debugfs",
                                "accesses follow Zipf's law with exponent 0.99, and are the same on"
                                        + " every processor"),
                        progress);
        return new ArchitecturesResult(request.setting(), all.runs(), all.course());
    }

    /// Accesses.
    static long steps(AcrossArchitectures scenario) {
        long each = scenario.roundAccesses() / scenario.guest().vcpus();
        return scenario.guestPages() + scenario.rounds() * each * scenario.guest().vcpus();
    }

    Outcome<Run> run() {
        machine.run(meter, this::boss);
        List<String> failures = machine.failures(configuration);
        return new Outcome<>(machine.outOfMemory() ? null : result, failures);
    }

    // --- the phases --------------------------------------------------------------------------

    private void boss(Cpu boss) {
        machine.build(boss);
        crew.hire(boss);
        populate = crew.together(boss, this::populate);
        if (!machine.outOfMemory()) {
            machine.vm().vcpus().forEach(Vcpu::forgetFaultTimes);
            Beginning beginning = new Beginning();
            machine.accounting().begin();
            for (int round = 0; round < scenario.rounds() && !machine.outOfMemory(); round++) {
                round(boss, round);
            }
            machine.accounting().end();
            result = since(beginning);
        }
        crew.dismiss(boss);
    }

    /// The first writes. What is left in this CPU's LRU batch afterwards is put on its list, as
    /// whatever runs next on the CPU would do.
    private void populate(Cpu cpu, Vcpu vcpu, int index) {
        machine.touch(cpu, vcpu, machine.shareStart(index), machine.shareEnd(index), true, meter);
        machine.host().lru().drain(cpu);
    }

    private void round(Cpu boss, int round) {
        long begun = boss.now();
        crew.begin(boss, (cpu, vcpu, index) -> access(cpu, vcpu, index, round));
        if (configuration.lru() == Lru.MGLRU) {
            passPages += generations.pagesFrom(boss, 0);
            long start = boss.now();
            generations.age(boss);
            passSeconds += (boss.now() - start) / 1e9;
            passes++;
        }
        crew.await(boss);
        long last = begun;
        for (long each : doneAtNanos) {
            busy += (each - begun) / 1e9;
            last = Math.max(last, each);
        }
        rounds += (last - begun) / 1e9;
    }

    private void access(Cpu cpu, Vcpu vcpu, int index, int round) {
        SplittableRandom random = pattern.begin(index, round);
        int[] words = new int[GuestMachine.CHUNK];
        long left = scenario.roundAccesses() / scenario.guest().vcpus();
        while (left > 0 && !machine.outOfMemory()) {
            int count = (int) Math.min(left, words.length);
            pattern.fill(words, count, random);
            int done = vcpu.run(cpu, words, 0, count, GuestMachine.BASE_GFN);
            machine.note(vcpu.error());
            if (done < count && !machine.outOfMemory()) {
                throw new IllegalStateException("guest access failed: " + vcpu.error());
            }
            meter.advance(done);
            left -= count;
        }
        doneAtNanos[index] = cpu.now();
    }

    // --- what came of it ---------------------------------------------------------------------

    /// What has been counted up to a moment. The vCPUs wait.
    private final class Counts {
        private final Vm vm = machine.vm();
        private final List<Vcpu> vcpus = vm.vcpus();
        private final long translation = sum(VcpuStat::translationFaults);
        private final long accessFlag = sum(VcpuStat::fastFaults);
        private final long permission = sum(VcpuStat::permissionFaults);
        private final long retries = sum(VcpuStat::retries);
        private final NotifierCalls calls = vm.notifierCalls();
        private final long flushes = vm.remoteFlushes();
        private final long flushNanos = vm.remoteFlushNanos();
        private final List<Cpu> cpus = machine.engine().cpus();
        private final LockUse.Sum read = LockUse.of(cpus, LockClass.MMU_LOCK, false);
        private final LockUse.Sum write = LockUse.of(cpus, LockClass.MMU_LOCK, true);

        private long sum(ToLongFunction<VcpuStat> count) {
            return vcpus.stream().map(Vcpu::stat).mapToLong(count).sum();
        }
    }

    /// What had been counted when the rounds began. Of the last two whoever keeps them says himself
    /// what has come since.
    private final class Beginning {
        private final Counts counts = new Counts();
        private final Map<VmEvent, Long> vmstat = machine.host().stat().snapshot();
        private final List<CallTree.@Nullable Frame> trees = CallTrees.snapshot(counts.cpus);
    }

    private Run since(Beginning beginning) {
        Counts start = beginning.counts;
        Counts end = new Counts();
        Map<String, Long> vmstat = machine.host().stat().namedSince(beginning.vmstat);
        return new Run(
                configuration,
                scenario.host().costs().on(configuration.arch()),
                populate,
                rounds,
                steps(scenario) - scenario.guestPages(),
                new Faults(
                        vmstat.getOrDefault(VmEvent.PGMAJFAULT.statName(), 0L),
                        end.translation - start.translation,
                        end.accessFlag - start.accessFlag,
                        end.permission - start.permission,
                        end.retries - start.retries),
                stall(FaultTimes.of(machine.vm().vcpus())),
                new Aging(
                        passes,
                        passes == 0 ? 0 : passSeconds / passes,
                        passPages == 0 ? 0 : passSeconds * 1e9 / passPages,
                        end.calls.age() - start.calls.age(),
                        end.calls.testAge() - start.calls.testAge(),
                        notifierSeconds(end.cpus, beginning.trees)),
                locks(start.read, end.read),
                locks(start.write, end.write),
                new Invalidations(
                        invalidation(),
                        end.flushes - start.flushes,
                        (end.flushNanos - start.flushNanos) / 1e9,
                        end.calls.unmap() - start.calls.unmap()),
                vmstat,
                machine.commands().results(),
                machine.accounting().result());
    }

    private static Locks locks(LockUse.Sum start, LockUse.Sum end) {
        return new Locks(
                end.taken() - start.taken(),
                end.waits() - start.waits(),
                (end.waitedNanos() - start.waitedNanos()) / 1e9);
    }

    private String invalidation() {
        return machine.vm()
                .config()
                .architecture()
                .upkeep()
                .invalidation()
                .name()
                .toLowerCase(Locale.ROOT);
    }

    private Stall stall(FaultTimes times) {
        double seconds = times.sumNanos() / 1e9;
        return new Stall(
                seconds,
                busy == 0 ? 0 : 100 * seconds / busy,
                times.quantileNanos(0.5),
                times.quantileNanos(0.99));
    }

    /// CPU time in notifiers that ask for young pages; null where no call trees are kept.
    private static @Nullable Double notifierSeconds(
            List<Cpu> cpus, List<CallTree.@Nullable Frame> before) {
        if (cpus.getFirst().callTree() == null) {
            return null;
        }
        return YOUNG.stream()
                        .mapToLong(each -> CallTrees.since(cpus, before, each).inclusiveNanos())
                        .sum()
                / 1e9;
    }
}
