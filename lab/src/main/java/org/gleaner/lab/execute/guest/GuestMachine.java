package org.gleaner.lab.execute.guest;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Hugetlb;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.execute.host.Accounting;
import org.gleaner.lab.execute.host.HostCommands;
import org.gleaner.lab.execute.host.HostCpus;
import org.gleaner.lab.execute.host.HostSetup;
import org.gleaner.lab.execute.host.IdleCpus;
import org.gleaner.lab.execute.host.Shortage;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.parallel.ParallelRuns;
import org.gleaner.lab.observe.ObservedGuest;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.DemandPaging;
import org.gleaner.lab.scenario.DirtyLogPerf;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.scenario.MmuStress;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.Host;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.fault.UserTask;
import org.gleaner.mm.gup.PooledPages;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.memory.PageContents;
import org.gleaner.mm.psi.PressureGroup;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.DeviceMemory;
import org.gleaner.mm.space.RmapObject;
import org.jspecify.annotations.Nullable;

/// A fresh host with one guest on it, as a scenario and one of its configurations describe them:
/// what the selftests' common code sets up. One process owns the guest's memory; every slot shows
/// it, or a part of it.
public final class GuestMachine implements AutoCloseable {
    /// Guest-physical page of the first slot: 4 GiB.
    public static final long BASE_GFN = 1 << 20;

    private static final long BASE_VPN = 1 << 20;

    /// Pages between two looks at the meter.
    public static final int CHUNK = 128;

    /// How far a vCPU whose writes are logged may run ahead of others on entries and bits, which
    /// for most of the time only it looks at: what a flush takes with 64 of them.
    private static final long LOGGED_SLACK_NANOS = 15_000;

    private static final boolean CHECKED = GuestMachine.class.desiredAssertionStatus();

    private final Scenario scenario;
    private final Configuration configuration;
    private final Engine engine;
    private final Host host;
    private final AgingPlan plan;
    private final Rcu rcu;
    private final Scale scale;
    private final HostShare share;
    private final IdleCpus idleCpus;
    private final HostCommands commands;
    private final Accounting accounting;
    private final PressureGroup guest;
    private @Nullable AddressSpace mm;
    private @Nullable Vm vm;

    private @Nullable SpteSteps wrongSteps;

    private boolean leavesOnMissing;

    /// Somebody got no memory: the OOM killer ends the guest, all of it.
    private volatile boolean outOfMemory;

    /// The machine that a configuration asks for.
    public static GuestMachine of(
            ScenarioRequest<?> request, Configuration configuration, int daemons) {
        return new GuestMachine(
                request,
                configuration,
                Support.plan(configuration),
                request.scenario().host().swap().device(),
                daemons);
    }

    public GuestMachine(
            ScenarioRequest<?> request,
            Configuration configuration,
            AgingPlan plan,
            SwapDeviceChoice device,
            int daemons) {
        Scenario scenario = request.scenario();
        Scenario own = scenario.on(configuration);
        this.scenario = own;
        this.configuration = configuration;
        this.plan = plan;
        scale = request.scale();
        VirtualOptions options = HostCpus.options(scenario.seed(), own.host(), scale);
        if (scenario instanceof DirtyLogPerf) {
            options = options.withSlabSlack(LOGGED_SLACK_NANOS).withoutCallTrees();
        }
        engine =
                Support.engine(
                        request.engine(),
                        scenario.host().costs().on(configuration.arch()),
                        request.costs(),
                        options);
        share = HostShare.of(own, device);
        host =
                new Host(
                        engine,
                        HostSetup.config(
                                own,
                                configuration,
                                plan,
                                device,
                                request.scale(),
                                share,
                                1,
                                daemons));
        accounting = new Accounting(host);
        guest = accounting.guest("guest", this::vcpus, this::memory);
        rcu = Rcu.start(engine);
        idleCpus = new IdleCpus(host::drain);
        int last = host.config().room().cpus() - 1;
        commands = HostCommands.start(host, own, plan, last, _ -> null, idleCpus);
    }

    public Engine engine() {
        return engine;
    }

    private List<Vcpu> vcpus() {
        return vm == null ? List.of() : vm.vcpus();
    }

    private ObservedGuest.@Nullable Memory memory() {
        return mm == null ? null : new ObservedGuest.Memory(mm, BASE_VPN, scenario.backingPages());
    }

    /// Runs a boss and whom it spawns, until it has ended or the user stops them; but not before a
    /// command whose time had come. Called once; the machine is closed then.
    public void run(ParallelRuns.Meter meter, Actor boss) {
        try (this) {
            spawn(
                    "boss",
                    cpu -> {
                        boss.run(cpu);
                        commands.close(cpu);
                    });
            meter.watch(engine);
            accounting.observe(meter.series());
            engine.run();
            accounting.close();
        }
    }

    /// Adds an actor; where assertions are on, the order in which it takes locks is checked.
    public Cpu spawn(String name, Actor body) {
        return spawn(name, accounting.host(), body);
    }

    /// The same, of the guest.
    void spawnVcpu(String name, Actor body) {
        spawn(name, guest, body);
    }

    private Cpu spawn(String name, PressureGroup group, Actor body) {
        Actor watched = accounting.watched(group, body);
        return engine.spawn(name, CHECKED ? cpu -> checked(cpu, watched) : watched);
    }

    /// Who waits for what.
    public Accounting accounting() {
        return accounting;
    }

    private static void checked(Cpu cpu, Actor body) {
        cpu.lockDep = new LockDep();
        body.run(cpu);
        LockDep.checkIdle(cpu);
    }

    /// Has the OOM killer, before it chooses, ask CPUs that wait or idle for what they hold.
    void drainBy(Consumer<Cpu> waiting) {
        host.reclaim()
                .drainBy(cpu -> {
                    waiting.accept(cpu);
                    idleCpus.ask(cpu);
                });
    }

    /// Of its memory.
    public Scale scale() {
        return scale;
    }

    public Host host() {
        return host;
    }

    /// What the scenario had written into the kernel's files.
    public HostCommands commands() {
        return commands;
    }

    /// What this host assumes of memory that is not the guest's.
    HostShare share() {
        return share;
    }

    /// Has the VM take other steps than Linux takes, to see that it is noticed. To be called before
    /// [#build], and on x86.
    public void setSteps(SpteSteps wrong) {
        wrongSteps = wrong;
    }

    /// Builds the process, its memory and the VM. Called once, by the boss.
    public void build(Cpu cpu) {
        int pages = Math.toIntExact(scenario.backingPages());
        RmapObject object =
                scenario.guest().backing() == Backing.MEMFD
                        ? host.objects().newMemfd(pages)
                        : host.objects().newAnon();
        AddressSpace space = host.newAddressSpace(cpu, host.memcgs().root());
        mm = space;
        mapParts(cpu, space, object, pages);
        VmConfig config =
                Support.vm(scenario, configuration, plan)
                        .withTlb(tlbEntries(scenario.guest().tlbEntries()))
                        .withTables(Support.tables(scenario.guestPages()))
                        .withPml(scenario instanceof DirtyLogPerf log && log.pml())
                        .withFaultTimes();
        SpteSteps steps = wrongSteps;
        if (steps != null) {
            config = config.withSteps(steps);
        }
        PageContents contents = host.contents();
        if (contents != null) {
            config = config.withMemory(new GuestContents(contents));
        }
        vm = Vm.create(cpu, config, memory(space), rcu);
        long slots = scenario.guestPages() / scenario.slotPages();
        for (int i = 0; i < slots; i++) {
            createSlot(cpu, i);
        }
    }

    /// One mapping, or several of one object: in two, half of it can be taken away; and each has a
    /// monitor of its own.
    private void mapParts(Cpu cpu, AddressSpace space, RmapObject object, int pages) {
        int parts =
                switch (scenario) {
                    case MmuStress _ -> 2;
                    case DemandPaging paging -> paging.userfaults();
                    default -> 1;
                };
        for (int i = 0; i < parts; i++) {
            int start = pages / parts * i;
            int end = i == parts - 1 ? pages : start + pages / parts;
            if (end > start) {
                space.map(cpu, BASE_VPN + start, end - start, object, start, true);
            }
        }
    }

    /// Has faults on pages that are not there leave the guest. To be called before [#build].
    public void leaveOnMissing() {
        leavesOnMissing = true;
    }

    private UserPages memory(AddressSpace space) {
        if (scenario instanceof DirtyLogPerf log && log.hugetlb() != Hugetlb.NONE) {
            return new PooledPages(BASE_VPN, log.guestPages(), log.hugetlb().pages());
        }
        return host.pages().of(space);
    }

    /// The seed of everything random.
    long seed() {
        return scenario.seed();
    }

    /// Backs the guest pages of slot `id`, which has no memory.
    void createSlot(Cpu cpu, int id) {
        long pages = scenario.slotPages();
        long vpn = scenario.slotsShareMemory() ? BASE_VPN : BASE_VPN + id * pages;
        long gfn = BASE_GFN + id * pages;
        if (leavesOnMissing) {
            vm().createExitingSlot(cpu, id, gfn, pages, vpn);
        } else {
            vm().createSlot(cpu, id, gfn, pages, vpn, false);
        }
    }

    /// A TLB has a power of two of entries.
    private static int tlbEntries(int asked) {
        return asked == 0 ? 0 : Integer.highestOneBit(asked);
    }

    /// The process writes all of its memory once, before the guest runs. False if it could not.
    public boolean prefault(Cpu cpu, ParallelRuns.Meter meter) {
        UserTask task = new UserTask(host.faults(), mm());
        long end = BASE_VPN + scenario.backingPages();
        for (long vpn = BASE_VPN; vpn < end; vpn++) {
            int error = task.access(cpu, vpn, true);
            note(error);
            if (error != PageFaults.DONE) {
                return false;
            }
            if (vpn % CHUNK == CHUNK - 1) {
                meter.advance(CHUNK);
            }
        }
        return true;
    }

    /// A vCPU touches guest pages `[start, end)`, once each. False if it could not, or another got
    /// no memory; [Vcpu#error] says why.
    public boolean touch(
            Cpu cpu, Vcpu vcpu, long start, long end, boolean write, ParallelRuns.Meter meter) {
        for (long gfn = start; gfn < end; ) {
            long stop = Math.min(gfn + CHUNK, end);
            long at = vcpu.runSequential(cpu, gfn, stop, write);
            meter.advance(at - gfn);
            note(vcpu.error());
            if (at < stop || outOfMemory) {
                return false;
            }
            gfn = at;
        }
        return true;
    }

    /// Takes note of how an access ended; see [#outOfMemory].
    public void note(long error) {
        if (error == PageFaults.NOMEM) {
            outOfMemory = true;
        }
    }

    public boolean outOfMemory() {
        return outOfMemory;
    }

    /// What went wrong with a configuration: its guest was killed, commands were not written or
    /// refused.
    public List<String> failures(Configuration configuration) {
        List<String> all = new ArrayList<>();
        if (outOfMemory) {
            Object why = Shortage.of(scenario, share, host.reclaim().minTtlMillis());
            all.add(configuration.name() + ": " + why);
        }
        all.addAll(commands.failures(configuration.name()));
        return all;
    }

    /// The host page behind a guest page.
    public long vpn(long gfn) {
        long page = gfn - BASE_GFN;
        return BASE_VPN + (scenario.slotsShareMemory() ? page % scenario.slotPages() : page);
    }

    public AddressSpace mm() {
        return built(mm);
    }

    public Vm vm() {
        return built(vm);
    }

    private static <T> T built(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the guest is not built yet");
        }
        return part;
    }

    /// First and last guest page, exclusive, of a vCPU's even share.
    public long shareStart(int vcpu) {
        return BASE_GFN + scenario.guestPages() / scenario.guest().vcpus() * vcpu;
    }

    public long shareEnd(int vcpu) {
        return vcpu == scenario.guest().vcpus() - 1 ? end() : shareStart(vcpu + 1);
    }

    /// Shows the guest a device's frames behind its memory, in a slot of their own.
    ///
    /// @return the first guest page of it
    public long showDevice(Cpu cpu, DeviceMemory device) {
        int slots = (int) (scenario.guestPages() / scenario.slotPages());
        long behind = (scenario.guestPages() | host.folios().hugePages - 1) + 1;
        mm().map(cpu, BASE_VPN + behind, device.pages(), device, 0, true);
        vm().createSlot(cpu, slots, BASE_GFN + behind, device.pages(), BASE_VPN + behind, false);
        return BASE_GFN + behind;
    }

    /// First page behind the guest's memory.
    public long end() {
        return BASE_GFN + scenario.guestPages();
    }

    /// CPUs by the start of their names: `vcpu`, `kswapd`.
    public List<Cpu> cpus(String prefix) {
        List<Cpu> found = new ArrayList<>();
        for (Cpu cpu : engine.cpus()) {
            if (cpu.name.startsWith(prefix)) {
                found.add(cpu);
            }
        }
        return found;
    }

    @Override
    public void close() {
        host.close();
    }
}
