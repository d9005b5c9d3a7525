package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.guest.Agers;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.scenario.ConfigurationRuns.Outcome;
import org.gleaner.lab.run.MmuStressResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.space.Vma;

/// Runs `mmu_stress_test` for each configuration: run 1, reset and run 2 as in
/// `max_guest_memory_test`, then mprotect to read-only under writing vCPUs and back, with agers at
/// it all the while; at the end every second slot and half of the backing go, and the process exits
/// with the rest alive.
///
/// Slots show the same host memory, and so a page has as many aliases as there are slots. With real
/// threads pages have contents and every one of them is checked; see [StressPages].
public final class MmuStressRun {
    /// Words of a page, and so slots whose writes can be told apart.
    private static final int MOST_SLOTS = 512;

    /// Between the start of the writers and mprotect.
    private static final long PAUSE_NANOS = 10_000;

    private final MmuStress scenario;
    private final Configuration configuration;
    private final ParallelRuns.Meter meter;
    private final GuestMachine machine;
    private final Crew crew;
    private final Agers agers;
    private final List<StressPages> pages = new ArrayList<>();
    private double run1;
    private double reset;
    private double run2;
    private double readOnly;
    private double writable;

    MmuStressRun(
            ScenarioRequest<MmuStress> request,
            Configuration configuration,
            ParallelRuns.Meter meter) {
        scenario = request.scenario();
        this.configuration = configuration;
        this.meter = meter;
        machine = GuestMachine.of(request, configuration, scenario.agers());
        crew = new Crew(machine, scenario.guest().vcpus());
        agers = new Agers(machine, scenario, configuration);
    }

    /// Runs the scenario.
    ///
    /// @throws BadInput if something that it asks for is not there
    /// @throws Cancelled if the user stopped it before any configuration was finished
    public static MmuStressResult run(ScenarioRequest<MmuStress> request, Progress progress) {
        MmuStress scenario = request.scenario();
        if (request.engine() == EngineChoice.THREADS && slots(scenario) > MOST_SLOTS) {
            throw new BadInput(
                    "guest.slotSize",
                    slots(scenario) + " slots, of which real threads tell " + MOST_SLOTS + " apart",
                    "give larger slots");
        }
        var all =
                ConfigurationRuns.ofEach(
                        request,
                        (on, each, meter) -> new MmuStressRun(on, each, meter).run(),
                        steps(scenario),
                        assumptions(request),
                        progress);
        return new MmuStressResult(request.setting(), all.runs(), all.course());
    }

    /// Touches of a page: before the rounds three of each, and three and some in each round.
    static long steps(MmuStress scenario) {
        return scenario.backingPages()
                + scenario.guestPages() * (3 + 4L * scenario.protectRounds());
    }

    private static long slots(MmuStress scenario) {
        return scenario.guestPages() / scenario.slotPages();
    }

    private static List<String> assumptions(ScenarioRequest<MmuStress> request) {
        MmuStress scenario = request.scenario();
        return List.of(
                HostCpus.assumption(
                        request,
                        "every vCPU, every ager and kswapd",
                        scenario.vcpuCount() + scenario.agers() + 1L),
                request.engine() == EngineChoice.VIRTUAL
                        ? "pages have no contents in virtual time: forbidden writes are looked for,"
                                + " lost ones are not"
                        : "pages have contents, and each is held against what was written last");
    }

    Outcome<MmuStressResult.Run> run() {
        machine.run(meter, this::boss);
        if (machine.outOfMemory()) {
            return new Outcome<>(null, machine.failures(configuration));
        }
        MmuStressResult.Run result = result();
        return new Outcome<>(result, failures(result));
    }

    // --- the phases --------------------------------------------------------------------------

    private void boss(Cpu boss) {
        machine.build(boss);
        if (!machine.prefault(boss, meter)) {
            return;
        }
        boolean contents = machine.host().contents() != null;
        for (int i = 0; i < scenario.guest().vcpus(); i++) {
            pages.add(new StressPages(machine, meter, i, scenario.slotPages(), contents));
        }
        crew.hire(boss);
        agers.start(scenario.agers());
        machine.accounting().begin();
        run1 = crew.together(boss, (cpu, vcpu, i) -> pages.get(i).writeAll(cpu, vcpu, false));
        reset = crew.together(boss, (cpu, vcpu, i) -> vcpu.resetContext(cpu));
        run2 = crew.together(boss, (cpu, vcpu, i) -> pages.get(i).writeAll(cpu, vcpu, false));
        crew.together(boss, (cpu, vcpu, i) -> pages.get(i).readAll(cpu, vcpu));
        for (int round = 0; round < scenario.protectRounds() && !machine.outOfMemory(); round++) {
            forbidAndAllow(boss);
        }
        machine.accounting().end();
        tearDown(boss);
    }

    private void forbidAndAllow(Cpu boss) {
        Word done = new Word();
        Word hit = new Word();
        long start = boss.now();
        int vcpus = scenario.guest().vcpus();
        crew.begin(
                boss,
                (cpu, vcpu, i) -> pages.get(i).writeUntilForbidden(cpu, vcpu, done, hit, vcpus));
        boss.sleep(PAUSE_NANOS);
        protect(boss, false);
        boss.store(done, 1);
        crew.await(boss);
        readOnly += (boss.now() - start) / 1e9;
        crew.together(boss, (cpu, vcpu, i) -> pages.get(i).readAll(cpu, vcpu));
        start = boss.now();
        crew.begin(boss, (cpu, vcpu, i) -> pages.get(i).writeAll(cpu, vcpu, true));
        protect(boss, true);
        crew.await(boss);
        writable += (boss.now() - start) / 1e9;
        crew.together(boss, (cpu, vcpu, i) -> pages.get(i).readAll(cpu, vcpu));
    }

    private void protect(Cpu boss, boolean allow) {
        for (Vma vma : machine.mm().vmas()) {
            machine.host().mappingChanges().protect(boss, vma, allow);
        }
    }

    /// Deletes every second slot from the top, unmaps the first half of the backing, and exits with
    /// the other slots alive.
    private void tearDown(Cpu boss) {
        for (long slot = slots(scenario) - 1 & ~1L; slot >= 0; slot -= 2) {
            machine.vm().deleteSlot(boss, (int) slot);
        }
        machine.host().mappingChanges().unmap(boss, machine.mm().vmas()[0]);
        crew.dismiss(boss);
        // who walks the tables from outside holds off the exit
        agers.stop(boss);
        machine.host().mappingChanges().exit(boss, machine.mm());
        machine.vm().destroy(boss);
    }

    // --- the result --------------------------------------------------------------------------

    private MmuStressResult.Run result() {
        int rounds = scenario.protectRounds();
        return new MmuStressResult.Run(
                configuration,
                run1,
                reset,
                run2,
                readOnly / rounds,
                writable / rounds,
                sum(each -> each.refused),
                sum(each -> each.forbidden),
                sum(each -> each.lost),
                agers.passes(),
                agers.young(),
                machine.accounting().counters(),
                machine.commands().results(),
                machine.accounting().result());
    }

    private List<String> failures(MmuStressResult.Run run) {
        List<String> all = new ArrayList<>();
        fail(all, run.forbiddenWrites(), "writes got through after mprotect had forbidden them");
        fail(all, run.lostWrites(), "pages did not hold what was written last");
        fail(all, sum(each -> each.errors), "accesses failed that nothing forbade");
        all.addAll(machine.failures(configuration));
        return all;
    }

    private void fail(List<String> all, long count, String what) {
        if (count > 0) {
            all.add(String.format(Locale.ROOT, "%s: %,d %s", configuration.name(), count, what));
        }
    }

    private long sum(ToLongFunction<StressPages> count) {
        return pages.stream().mapToLong(count).sum();
    }
}
