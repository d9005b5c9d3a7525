package org.gleaner.lab.execute.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import org.gleaner.kvm.DirtyLog;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.mmu.PageMarks.Cause;
import org.gleaner.kvm.pfn.EntryMarks;
import org.gleaner.kvm.pfn.FaultInPage;
import org.gleaner.lab.Progress;
import org.gleaner.lab.execute.guest.Crew;
import org.gleaner.lab.execute.guest.GuestMachine;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.execute.scenario.ConfigurationRuns.Outcome;
import org.gleaner.lab.run.PfnDesignsResult;
import org.gleaner.lab.run.PfnDesignsResult.Device;
import org.gleaner.lab.run.PfnDesignsResult.Faults;
import org.gleaner.lab.run.PfnDesignsResult.Marks;
import org.gleaner.lab.run.PfnDesignsResult.References;
import org.gleaner.lab.run.PfnDesignsResult.Seconds;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.PfnDesigns;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.space.DeviceMemory;
import org.jspecify.annotations.Nullable;

/// Runs one guest under each way of getting hold of its host pages: the vCPUs populate their
/// memory, which the host must swap in part; have it aged, and write it again; and write all of it
/// in each round of a dirty log. Then they use a driver's frames, which are not counted.
public final class PfnDesignsRun {
    /// How often a driver's frames are used and taken away.
    private static final int DEVICE_ROUNDS = 4;

    private final PfnDesigns scenario;
    private final Configuration configuration;
    private final ParallelRuns.Meter meter;
    private final GuestMachine machine;
    private final Crew crew;
    private double populate;
    private double log;
    private double age;
    private double again;
    private double deviceSeconds;
    private @Nullable DeviceMemory device;
    private long deviceGfn;
    private int deviceFrame;
    private final LongAdder done = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private long logged;
    private long young;

    PfnDesignsRun(
            ScenarioRequest<PfnDesigns> request,
            Configuration configuration,
            ParallelRuns.Meter meter) {
        scenario = request.scenario();
        this.configuration = configuration;
        this.meter = meter;
        machine = GuestMachine.of(request, configuration, 0);
        crew = new Crew(machine, scenario.guest().vcpus());
    }

    /// Runs the scenario.
    public static PfnDesignsResult run(ScenarioRequest<PfnDesigns> request, Progress progress) {
        PfnDesigns scenario = request.scenario();
        var all =
                ConfigurationRuns.ofEach(
                        request,
                        (on, each, meter) -> new PfnDesignsRun(on, each, meter).run(),
                        steps(scenario),
                        List.of(
                                HostCpus.assumption(
                                        request,
                                        "every vCPU and kswapd",
                                        scenario.vcpuCount() + 1L)),
                        progress);
        return new PfnDesignsResult(request.setting(), all.runs(), all.course());
    }

    /// Writes of a page.
    static long steps(PfnDesigns scenario) {
        return scenario.guestPages() * (2 + scenario.logRounds());
    }

    Outcome<PfnDesignsResult.Run> run() {
        machine.run(meter, this::boss);
        List<String> failures = new ArrayList<>(machine.failures(configuration));
        if (machine.outOfMemory()) {
            return new Outcome<>(null, failures);
        }
        if (scenario.devicePages() > 0 && device == null) {
            failures.add(
                    configuration.name()
                            + ": the host has no "
                            + scenario.devicePages()
                            + " free frames that lie together for the device");
        }
        PfnDesignsResult.Run result = result();
        References references = result.references();
        if (references.gets() != references.puts()) {
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "%s: %d references taken, %d given back",
                            configuration.name(),
                            references.gets(),
                            references.puts()));
        }
        return new Outcome<>(result, failures);
    }

    // --- the phases --------------------------------------------------------------------------

    private void boss(Cpu boss) {
        machine.build(boss);
        openDevice(boss);
        crew.hire(boss);
        machine.accounting().begin();
        populate = crew.together(boss, this::populate);
        if (!machine.outOfMemory()) {
            long start = boss.now();
            young = new IdleTracker(machine, crew, false).pass(boss).youngPages();
            age = (boss.now() - start) / 1e9;
            again = crew.together(boss, this::writeAll);
        }
        if (!machine.outOfMemory()) {
            long start = boss.now();
            logWrites(boss);
            log = (boss.now() - start) / 1e9;
        }
        if (!machine.outOfMemory() && device != null) {
            long start = boss.now();
            useDevice(boss, device);
            deviceSeconds = (boss.now() - start) / 1e9;
        }
        machine.accounting().end();
        crew.dismiss(boss);
    }

    /// The first writes. What is left in this CPU's LRU batch afterwards is put on its list, as
    /// whatever runs next on the CPU would do.
    private void populate(Cpu cpu, Vcpu vcpu, int index) {
        writeAll(cpu, vcpu, index);
        machine.host().lru().drain(cpu);
    }

    private void writeAll(Cpu cpu, Vcpu vcpu, int index) {
        machine.touch(cpu, vcpu, machine.shareStart(index), machine.shareEnd(index), true, meter);
    }

    private void logWrites(Cpu boss) {
        DirtyLog dirty = machine.vm().dirtyLog();
        int slots = (int) (scenario.guestPages() / scenario.slotPages());
        for (int slot = 0; slot < slots; slot++) {
            dirty.begin(boss, slot);
        }
        for (int round = 0; round < scenario.logRounds(); round++) {
            crew.together(boss, this::writeAll);
            for (int slot = 0; slot < slots; slot++) {
                for (long word : dirty.get(boss, slot)) {
                    logged += Long.bitCount(word);
                }
            }
        }
        for (int slot = 0; slot < slots; slot++) {
            dirty.end(boss, slot, LogEnd.RECOVER);
        }
    }

    /// A driver takes a block of frames while there are any that lie together.
    private void openDevice(Cpu boss) {
        int pages = scenario.devicePages();
        if (pages == 0) {
            return;
        }
        int order = Integer.numberOfTrailingZeros(pages);
        deviceFrame = machine.host().node().driverFrames().allocate(boss, order, false);
        if (deviceFrame >= 0) {
            device = machine.host().objects().newDevice(pages, deviceFrame, true);
            deviceGfn = machine.showDevice(boss, device);
        }
    }

    /// Each vCPU writes to its part of the frames, and the driver takes all entries away, in turn.
    private void useDevice(Cpu boss, DeviceMemory all) {
        int vcpus = scenario.guest().vcpus();
        for (int round = 0; round < DEVICE_ROUNDS; round++) {
            crew.together(
                    boss,
                    (cpu, vcpu, index) -> {
                        for (int page = index; page < all.pages(); page += vcpus) {
                            long error = vcpu.access(cpu, deviceGfn + page, true);
                            machine.note(error);
                            (error == 0 ? done : refused).increment();
                        }
                    });
            machine.host().mappingChanges().moveDevice(boss, all, deviceFrame);
        }
    }

    // --- what came of it ---------------------------------------------------------------------

    private PfnDesignsResult.Run result() {
        List<Vcpu> vcpus = machine.vm().vcpus();
        return new PfnDesignsResult.Run(
                configuration,
                new Seconds(populate, age, again, log, deviceSeconds),
                faults(vcpus),
                marks(vcpus, machine.vm().entryMarks()),
                references(vcpus),
                new Device(done.sum(), refused.sum()),
                machine.vm().remoteFlushes(),
                logged,
                young,
                machine.accounting().counters(),
                machine.commands().results(),
                machine.accounting().result());
    }

    private static Faults faults(List<Vcpu> vcpus) {
        return new Faults(
                vcpus.stream().mapToLong(vcpu -> vcpu.stat().faults()).sum(),
                vcpus.stream().mapToLong(vcpu -> vcpu.stat().fastFaults()).sum(),
                vcpus.stream().mapToLong(vcpu -> vcpu.stat().spurious()).sum(),
                vcpus.stream().mapToLong(vcpu -> vcpu.stat().retries()).sum());
    }

    private static Marks marks(List<Vcpu> vcpus, @Nullable EntryMarks entries) {
        return new Marks(
                vcpus.stream().map(Vcpu::page).mapToLong(FaultInPage::accessed).sum(),
                entries == null ? 0 : entries.accessed(),
                vcpus.stream().map(Vcpu::page).mapToLong(FaultInPage::dirtied).sum(),
                entries == null ? 0 : entries.dirtied(Cause.ZAP),
                entries == null ? 0 : entries.dirtied(Cause.CLEAR_DIRTY),
                entries == null ? 0 : entries.dirtied(Cause.AGE));
    }

    private static References references(List<Vcpu> vcpus) {
        return new References(
                vcpus.stream().map(Vcpu::page).mapToLong(FaultInPage::lookups).sum(),
                vcpus.stream().map(Vcpu::page).mapToLong(FaultInPage::references).sum(),
                vcpus.stream().map(Vcpu::page).mapToLong(FaultInPage::puts).sum(),
                vcpus.stream().map(Vcpu::page).mapToLong(FaultInPage::guesses).sum());
    }
}
