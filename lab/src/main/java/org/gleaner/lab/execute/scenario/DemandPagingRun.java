package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.gleaner.kvm.PrivateMemory;
import org.gleaner.kvm.Vcpu;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.choice.FaultMode;
import org.gleaner.lab.choice.PageSupplier;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.scenario.ConfigurationRuns.Outcome;
import org.gleaner.lab.run.DemandPagingResult;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.DemandPaging;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Userfault;
import org.gleaner.mm.space.Vma;

/// Runs `demand_paging_test` for each configuration and supplier: the vCPUs write to all of their
/// memory, once, and user space supplies each page as it is touched.
///
/// Waiting for pages of a file, those are made first, through a second mapping of it.
public final class DemandPagingRun {
    private final DemandPaging scenario;
    private final Configuration configuration;
    private final PageSupplier supplier;
    private final ParallelRuns.Meter meter;
    private final GuestMachine machine;
    private final Crew crew;
    private final List<Userfault> monitors = new ArrayList<>();
    private final Word readersLeft = new Word();
    private final long[] exits;
    private final AtomicLong supplied = new AtomicLong();
    private final List<String> failures = new ArrayList<>();
    private double seconds;

    DemandPagingRun(
            ScenarioRequest<DemandPaging> request,
            Configuration configuration,
            PageSupplier supplier,
            ParallelRuns.Meter meter) {
        scenario = request.scenario();
        this.configuration = configuration;
        this.supplier = supplier;
        this.meter = meter;
        machine = GuestMachine.of(request, configuration, scenario.allReaders());
        if (supplier == PageSupplier.EXIT) {
            machine.leaveOnMissing();
        }
        crew = new Crew(machine, scenario.guest().vcpus());
        exits = new long[scenario.guest().vcpus()];
    }

    /// Runs the scenario.
    ///
    /// @throws Cancelled if the user stopped it before any configuration was finished
    public static DemandPagingResult run(ScenarioRequest<DemandPaging> request, Progress progress) {
        DemandPaging scenario = request.scenario();
        List<ParallelRuns.Task<Outcome<DemandPagingResult.Run>>> tasks = new ArrayList<>();
        for (Configuration each : scenario.configurations()) {
            for (PageSupplier supplier : scenario.suppliers()) {
                tasks.add(meter ->
                        new DemandPagingRun(request.on(each), each, supplier, meter).run());
            }
        }
        var all =
                ConfigurationRuns.of(
                        request,
                        names(scenario),
                        tasks,
                        steps(scenario),
                        assumptions(request),
                        progress);
        return new DemandPagingResult(request.setting(), all.runs(), all.course());
    }

    /// The runs, in their order.
    public static List<String> names(DemandPaging scenario) {
        List<String> names = new ArrayList<>();
        for (Configuration each : scenario.configurations()) {
            scenario.suppliers().forEach(supplier -> names.add(scenario.label(each, supplier)));
        }
        return names;
    }

    /// Touches of a page: by its vCPU, and before that of a file's by who makes it.
    static long steps(DemandPaging scenario) {
        return scenario.guestPages() * (scenario.mode() == FaultMode.MINOR ? 2 : 1);
    }

    private static List<String> assumptions(ScenarioRequest<DemandPaging> request) {
        DemandPaging scenario = request.scenario();
        List<String> all = new ArrayList<>();
        all.add(
                HostCpus.assumption(
                        request,
                        "every vCPU and every reader",
                        scenario.vcpuCount() + (long) scenario.allReaders()));
        if (request.engine() == EngineChoice.VIRTUAL && scenario.mode() == FaultMode.MISSING) {
            all.add("to copy a page in takes as long as to fill it with zeroes");
        }
        return all;
    }

    Outcome<DemandPagingResult.Run> run() {
        machine.run(meter, this::boss);
        failures.addAll(machine.failures(configuration));
        return new Outcome<>(machine.outOfMemory() ? null : result(), failures);
    }

    private void boss(Cpu boss) {
        machine.build(boss);
        if (scenario.mode() == FaultMode.MINOR && !makePages(boss)) {
            return;
        }
        register();
        int readers = supplier == PageSupplier.USERFAULT ? scenario.readersEach() : 0;
        boss.store(readersLeft, (long) readers * monitors.size());
        for (Userfault monitor : monitors) {
            for (int i = 0; i < readers; i++) {
                machine.spawn("reader" + i, cpu -> read(cpu, monitor));
            }
        }
        crew.hire(boss);
        machine.accounting().begin();
        seconds = crew.together(boss, supplier == PageSupplier.EXIT ? this::leave : this::touch);
        machine.accounting().end();
        monitors.forEach(monitor -> monitor.close(boss));
        boss.block(readersLeft, -1, 0);
        check();
        crew.dismiss(boss);
    }

    /// The pages of the file, through a mapping that no monitor watches.
    private boolean makePages(Cpu cpu) {
        int pages = Math.toIntExact(scenario.backingPages());
        RmapObject file = machine.mm().vmas()[0].object();
        long alias = machine.vpn(machine.end()) + pages;
        machine.mm().map(cpu, alias, pages, file, 0, true);
        UserTask task = new UserTask(machine.host().faults(), machine.mm());
        for (int i = 0; i < pages; i++) {
            int error = task.access(cpu, alias + i, true);
            machine.note(error);
            if (error != PageFaults.DONE) {
                return false;
            }
            meter.advance(1);
        }
        return true;
    }

    private void register() {
        Userfault.Mode mode =
                scenario.mode() == FaultMode.MINOR ? Userfault.Mode.MINOR : Userfault.Mode.MISSING;
        Vma[] memory = machine.mm().vmas();
        for (int i = 0; i < scenario.userfaults(); i++) {
            int cpus = machine.host().config().room().cpus();
            Userfault monitor = new Userfault(mode, cpus, MemorySteps.LINUX);
            memory[i].register(monitor);
            monitors.add(monitor);
        }
    }

    // --- user space --------------------------------------------------------------------------

    private void read(Cpu cpu, Userfault monitor) {
        monitor.addReader(cpu);
        for (long vpn = monitor.next(cpu); vpn != Userfault.CLOSED; vpn = monitor.next(cpu)) {
            supply(cpu, vpn);
        }
        cpu.fetchAdd(readersLeft, -1);
    }

    /// That the page is there already means that another has supplied it meanwhile.
    private void supply(Cpu cpu, long vpn) {
        cpu.sleep(scenario.delay() * 1_000L);
        int answer = machine.host().faults().supply(cpu, machine.mm(), vpn);
        if (answer == PageFaults.DONE) {
            supplied.incrementAndGet();
        } else if (answer != PageFaults.EXIST) {
            machine.note(answer);
        }
    }

    private void touch(Cpu cpu, Vcpu vcpu, int index) {
        machine.touch(cpu, vcpu, machine.shareStart(index), machine.shareEnd(index), true, meter);
    }

    /// Each page that is not there is an exit to this thread's own user space, and back.
    private void leave(Cpu cpu, Vcpu vcpu, int index) {
        long end = machine.shareEnd(index);
        for (long gfn = machine.shareStart(index); gfn < end && !machine.outOfMemory(); ) {
            long stop = Math.min(gfn + GuestMachine.CHUNK, end);
            long at = vcpu.runSequential(cpu, gfn, stop, true);
            meter.advance(at - gfn);
            gfn = at;
            if (vcpu.error() == PrivateMemory.MEMORY_FAULT) {
                exits[index]++;
                cpu.charge(Cost.KVM_USER_EXIT);
                supply(cpu, machine.vpn(gfn));
            } else if (gfn < stop) {
                machine.note(vcpu.error());
                return;
            }
        }
    }

    private void check() {
        if (supplied.get() < scenario.guestPages() && !machine.outOfMemory()) {
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "%s: %,d of %,d pages were supplied",
                            scenario.label(configuration, supplier),
                            supplied.get(),
                            scenario.guestPages()));
        }
    }

    private DemandPagingResult.Run result() {
        long left = 0;
        for (long each : exits) {
            left += each;
        }
        return new DemandPagingResult.Run(
                configuration,
                supplier,
                scenario.label(configuration, supplier),
                seconds,
                supplied.get(),
                scenario.guestPages() / seconds,
                left,
                machine.accounting().counters(),
                machine.commands().results(),
                machine.accounting().result());
    }
}
