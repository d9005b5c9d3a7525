package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.LongStream;
import org.gleaner.kvm.DirtyLog;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.Hugetlb;
import org.gleaner.lab.choice.LogEnding;
import org.gleaner.lab.choice.LogMode;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.guest.GuestWrites;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.scenario.ConfigurationRuns.Outcome;
import org.gleaner.lab.run.DirtyLogPerfResult;
import org.gleaner.lab.run.DirtyLogPerfResult.Counts;
import org.gleaner.lab.run.DirtyLogPerfResult.Phase;
import org.gleaner.lab.run.DirtyLogPerfResult.Step;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.DirtyLogPerf;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;

/// Runs `dirty_log_perf_test` for each configuration and each way to end the log: the vCPUs
/// populate their memory, the log is enabled, they write all of it again and again while it is got
/// and cleared, and it is disabled.
///
/// To the selftest's phases one is added at the end: all memory is touched once more, so that
/// whatever faults the end of the log has caused have come.
public final class DirtyLogPerfRun {
    private record Variant(Configuration configuration, LogEnding ending) {
        String name() {
            return configuration.name() + " " + ending.label();
        }
    }

    private final DirtyLogPerf scenario;
    private final Variant variant;
    private final ParallelRuns.Meter meter;
    private final GuestMachine machine;
    private final Crew crew;
    private final List<GuestWrites> writes = new ArrayList<>();
    private final List<Phase> phases = new ArrayList<>();
    private final long[][] logs;

    /// Set to end what the vCPUs do while the log is disabled.
    private final Word stop = new Word();

    /// Pages that the log has said were written to.
    private long logBits;

    DirtyLogPerfRun(
            ScenarioRequest<DirtyLogPerf> request,
            Configuration configuration,
            LogEnding ending,
            ParallelRuns.Meter meter) {
        scenario = request.scenario();
        variant = new Variant(configuration, ending);
        this.meter = meter;
        machine = GuestMachine.of(request, configuration, 0);
        crew = new Crew(machine, scenario.guest().vcpus());
        logs = new long[slots()][];
    }

    /// Runs the scenario.
    ///
    /// @throws Cancelled if the user stopped it before any configuration was finished
    public static DirtyLogPerfResult run(ScenarioRequest<DirtyLogPerf> request, Progress progress) {
        DirtyLogPerf scenario = request.scenario();
        List<Variant> variants = new ArrayList<>();
        for (Configuration each : scenario.configurations()) {
            scenario.endings().forEach(ending -> variants.add(new Variant(each, ending)));
        }
        List<ParallelRuns.Task<Outcome<DirtyLogPerfResult.Run>>> tasks = new ArrayList<>();
        for (Variant each : variants) {
            tasks.add(meter ->
                    new DirtyLogPerfRun(
                                    request.on(each.configuration()),
                                    each.configuration(),
                                    each.ending(),
                                    meter)
                            .run());
        }
        var all =
                ConfigurationRuns.of(
                        request,
                        variants.stream().map(Variant::name).toList(),
                        tasks,
                        steps(scenario),
                        assumptions(request),
                        progress);
        return new DirtyLogPerfResult(request.setting(), all.runs(), all.course());
    }

    /// Touches of a page: in the passes, in the first and in the last; what the vCPUs do while the
    /// log is disabled counts as one.
    static long steps(DirtyLogPerf scenario) {
        return scenario.guestPages()
                * (scenario.iterations() + 2L + (scenario.runWhileDisabling() ? 1 : 0));
    }

    private static List<String> assumptions(ScenarioRequest<DirtyLogPerf> request) {
        DirtyLogPerf scenario = request.scenario();
        List<String> all = new ArrayList<>();
        all.add(HostCpus.assumption(request, "every vCPU and who logs", scenario.vcpuCount() + 1L));
        if (scenario.hugetlb() != Hugetlb.NONE) {
            all.add("guest memory is a hugetlb pool: it is never reclaimed, moved or shared");
        }
        if (request.engine() == EngineChoice.VIRTUAL) {
            all.add("user space takes no time to read a log, nor what is behind its bits");
        }
        return all;
    }

    private int slots() {
        return (int) (scenario.guestPages() / scenario.slotPages());
    }

    Outcome<DirtyLogPerfResult.Run> run() {
        machine.run(meter, this::boss);
        List<String> failures = machine.failures(variant.configuration());
        if (machine.outOfMemory()) {
            return new Outcome<>(null, failures);
        }
        return new Outcome<>(
                new DirtyLogPerfResult.Run(
                        variant.configuration(),
                        variant.ending(),
                        phases,
                        machine.commands().results(),
                        machine.accounting().result()),
                failures);
    }

    // --- the phases --------------------------------------------------------------------------

    private void boss(Cpu boss) {
        machine.build(boss);
        for (int i = 0; i < scenario.guest().vcpus(); i++) {
            writes.add(new GuestWrites(machine, meter, i, scenario.writePercent()));
        }
        crew.hire(boss);
        DirtyLog log = machine.vm().dirtyLog();
        log.splitEagerly(scenario.eagerSplit());
        if (scenario.mode().clears()) {
            log.protectManually(scenario.mode() == LogMode.INITIALLY_SET);
        }
        phase(boss, Step.POPULATE, 0, () -> crew.together(boss, this::populate));
        machine.accounting().begin();
        phase(boss, Step.ENABLE, 0, () -> eachSlot(slot -> log.begin(boss, slot)));
        for (int i = 1; i <= scenario.iterations() && !machine.outOfMemory(); i++) {
            phase(boss, Step.DIRTY, i, () -> crew.together(boss, this::touchAll));
            phase(boss, Step.GET, i, () -> eachSlot(slot -> get(boss, log, slot)));
            if (scenario.mode().clears()) {
                phase(boss, Step.CLEAR, i, () -> eachSlot(slot -> clear(boss, log, slot)));
            }
        }
        disable(boss, log);
        phase(boss, Step.TOUCH_AGAIN, 0, () -> touchAgain(boss));
        machine.accounting().end();
        crew.dismiss(boss);
        machine.vm().destroy(boss);
    }

    private void populate(Cpu cpu, Vcpu vcpu, int index) {
        writes.get(index).writeAll(cpu, vcpu);
    }

    private void touchAll(Cpu cpu, Vcpu vcpu, int index) {
        writes.get(index).touchAll(cpu, vcpu);
    }

    private void get(Cpu boss, DirtyLog log, int slot) {
        logs[slot] = log.get(boss, slot);
        logBits += LongStream.of(logs[slot]).map(Long::bitCount).sum();
    }

    private void clear(Cpu boss, DirtyLog log, int slot) {
        log.clear(boss, slot, 0, scenario.slotPages(), logs[slot]);
    }

    private void disable(Cpu boss, DirtyLog log) {
        LogEnd how =
                switch (variant.ending()) {
                    case ZAP_FLUSH_EACH -> LogEnd.ZAP_AND_FLUSH_EACH;
                    case ZAP_BATCHED -> LogEnd.ZAP_BATCHED;
                    case RECOVER -> LogEnd.RECOVER;
                };
        if (scenario.runWhileDisabling()) {
            crew.begin(boss, (cpu, vcpu, i) -> writes.get(i).touchUntil(cpu, vcpu, stop));
        }
        phase(boss, Step.DISABLE, 0, () -> eachSlot(slot -> log.end(boss, slot, how)));
    }

    /// What the vCPUs are at is theirs to end; its faults count here.
    private void touchAgain(Cpu boss) {
        if (scenario.runWhileDisabling()) {
            boss.store(stop, 1);
            crew.await(boss);
        }
        crew.together(boss, this::touchAll);
    }

    private void eachSlot(IntConsumer work) {
        for (int slot = 0; slot < slots(); slot++) {
            work.accept(slot);
        }
    }

    private void phase(Cpu boss, Step step, int iteration, Runnable work) {
        Counts before = counts();
        long start = boss.now();
        work.run();
        double seconds = (boss.now() - start) / 1e9;
        phases.add(new Phase(step, iteration, seconds, counts().since(before)));
    }

    private Counts counts() {
        long slow = 0;
        long fast = 0;
        long spurious = 0;
        long retries = 0;
        long entries = 0;
        long full = 0;
        for (Vcpu vcpu : machine.vm().vcpus()) {
            slow += vcpu.stat().faults();
            fast += vcpu.stat().fastFaults();
            spurious += vcpu.stat().spurious();
            retries += vcpu.stat().retries();
            entries += vcpu.stat().logEntries();
            full += vcpu.stat().logFullExits();
        }
        DirtyLog log = machine.vm().dirtyLog();
        return new Counts(
                slow,
                fast,
                spurious,
                retries,
                machine.vm().remoteFlushes(),
                log.splits(),
                log.recovered(),
                log.yields(),
                entries,
                full,
                logBits);
    }
}
