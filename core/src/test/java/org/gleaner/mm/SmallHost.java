package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.machine.Actor;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.audit.HostAudit;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.reclaim.Preemption;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.DiskTiming;
import org.gleaner.mm.swap.ZramDevice;
import org.gleaner.mm.version.KernelVersion;

/// A host small enough to be counted by hand, on either engine, with lock checking armed. Each run
/// ends with an audit of the whole host.
public final class SmallHost {
    /// Pages of a large folio, unless the host is of another [#paging].
    public static final int HUGE_PAGES = 512;

    private static final long SETTLE_NANOS = 100_000_000;

    private final Engine engine;
    private HostPaging paging = HostPaging.X86_64;
    private int frames = 20_000;
    private int zramFrames;
    private Watermarks watermarks = new Watermarks(16, 32, 48);
    private boolean kswapd;
    private DiskTiming disk;
    private int slots = 1 << 16;
    private int pageCluster;
    private int swappiness = 60;
    private double switchChance;
    private long seed = 1;
    private HostConfig.Thp thp = HostConfig.Thp.NEVER;
    private KernelVersion kernel = KernelVersion.V6_12;
    private int lruGen = 7;
    private int cpus = 8;
    private int tables = 4096;
    private MemorySteps steps;
    private Host host;
    private final List<Consumer<HostAudit>> known = new ArrayList<>();

    private SmallHost(Engine engine) {
        this.engine = engine;
    }

    /// A host in virtual time, MGLRU and zram.
    public static SmallHost virtual() {
        return virtual(1);
    }

    public static SmallHost virtual(long seed) {
        Engine engine = new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(seed));
        SmallHost small = new SmallHost(engine);
        small.seed = seed;
        return small;
    }

    /// A host on real threads, MGLRU and a swap file.
    public static SmallHost threads() {
        return new SmallHost(new ThreadEngine(CostModel.named("x86-server")));
    }

    /// With pages of its own kind.
    public SmallHost paging(HostPaging other) {
        paging = other;
        return this;
    }

    public SmallHost frames(int n) {
        frames = n;
        return this;
    }

    /// So many of the frames are zram's at first.
    public SmallHost zram(int n) {
        zramFrames = n;
        return this;
    }

    public SmallHost watermarks(long min, long low, long high) {
        watermarks = new Watermarks(min, low, high);
        return this;
    }

    public SmallHost kswapd() {
        kswapd = true;
        return this;
    }

    public SmallHost disk() {
        return disk(DiskTiming.NVME);
    }

    public SmallHost disk(DiskTiming timing) {
        disk = timing;
        return this;
    }

    public SmallHost kernel(KernelVersion version) {
        kernel = version;
        return this;
    }

    /// With transparent huge pages.
    public SmallHost thp() {
        thp = HostConfig.Thp.ALWAYS;
        return this;
    }

    public SmallHost slots(int n) {
        slots = n;
        return this;
    }

    /// Reads up to `2^n` pages at a swap-in.
    public SmallHost pageCluster(int n) {
        pageCluster = n;
        return this;
    }

    public SmallHost swappiness(int n) {
        swappiness = n;
        return this;
    }

    public SmallHost switchChance(double p) {
        switchChance = p;
        return this;
    }

    /// The switches of MGLRU; 0 for the classic lists.
    public SmallHost lruGen(int bits) {
        lruGen = bits;
        return this;
    }

    public SmallHost classic() {
        return lruGen(0);
    }

    public SmallHost cpus(int n) {
        cpus = n;
        return this;
    }

    /// Page tables of all processes.
    public SmallHost tables(int n) {
        tables = n;
        return this;
    }

    /// The memory manager takes its steps like this; in virtual time, with zram.
    public SmallHost steps(MemorySteps other) {
        steps = other;
        return this;
    }

    public Engine engine() {
        return engine;
    }

    public Host host() {
        if (host == null) {
            host =
                    new Host(
                            engine,
                            new HostConfig(
                                    kernel,
                                    paging,
                                    new HostConfig.Memory(frames, zramFrames, watermarks, 31, thp),
                                    new HostConfig.Swap(disk, slots, pageCluster),
                                    reclaimer(),
                                    new HostConfig.Room(tables, 16, cpus),
                                    seed),
                            steps == null
                                    ? null
                                    : new HostParts(
                                            null, end -> new ZramDevice(paging.page()), steps));
            for (Cpu daemon : engine.cpus()) {
                daemon.lockDep = new LockDep();
            }
        }
        return host;
    }

    private HostConfig.Reclaimer reclaimer() {
        boolean workersRun = switchChance > 0 && thp != HostConfig.Thp.NEVER;
        return new HostConfig.Reclaimer(
                LruGenCaps.of(lruGen),
                AgingDesign.ofKernel(kernel.id()).plan().secondary(),
                swappiness,
                kswapd,
                new Preemption(switchChance, workersRun, false, null));
    }

    /// A cgroup of its own with one process of `pages` anonymous pages.
    public Process process(Cpu cpu, long limit, int pages) {
        return process(cpu, host().memcgs().add(limit), pages);
    }

    public Process process(Cpu cpu, Memcg memcg, int pages) {
        return new Process(host(), cpu, memcg, host().objects().newAnon(), pages);
    }

    /// Tasks that use memory at random, see [Churn], in two cgroups of this limit.
    public Actor[] churn(long seed, int tasks, int turns, long limit) {
        return new Churn(this, seed, tasks, turns).actors(limit);
    }

    /// Adds to what the audit is told beforehand.
    public void audit(Consumer<HostAudit> statement) {
        known.add(statement);
    }

    public long stat(VmEvent event) {
        return host().stat().get(event);
    }

    /// Runs one actor per body to the end, then audits the host.
    public void run(Actor... bodies) {
        for (int i = 0; i < bodies.length; i++) {
            Actor body = bodies[i];
            engine.spawn(
                    "task" + i,
                    cpu -> {
                        cpu.lockDep = new LockDep();
                        body.run(cpu);
                        if (pageCluster > 0) {
                            // what is read ahead of need has to arrive
                            cpu.sleep(SETTLE_NANOS);
                        }
                        LockDep.checkIdle(cpu);
                    });
        }
        try (Host _ = host()) {
            engine.run();
        }
        assertThat(findings()).isEmpty();
    }

    /// What an audit finds now.
    public List<String> findings() {
        HostAudit audit = new HostAudit(host(), engine.cpus().getFirst());
        known.forEach(statement -> statement.accept(audit));
        return audit.findings();
    }
}
