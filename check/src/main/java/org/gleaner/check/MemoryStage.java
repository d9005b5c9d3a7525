package org.gleaner.check;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cost;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Host;
import org.gleaner.mm.HostAudit;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.HostParts;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.pte.PteFormat;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.reclaim.LruGenDebugfs;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.swap.DiskTiming;
import org.gleaner.mm.version.KernelVersion;
import org.gleaner.pagetable.EntryFormat;
import org.gleaner.pagetable.HardwareWalk;
import org.gleaner.pagetable.Walk;
import org.jspecify.annotations.Nullable;

/// A stage with a small real host: a cgroup with one process of a few pages, whose contents are words, and, if
/// asked for, a VM over them.
///
/// ```
/// MemoryStage m = new MemoryStage(stage, variant).pages(1);
/// m.ready(cpu -> m.write(cpu, 0, 7));
/// m.actor("task", cpu -> m.read(cpu, 0, 7));
/// m.actor("reclaim", m::evict);
/// m.endAfter();
/// ```
///
/// When all actors have returned the host is audited ([HostAudit]), every page that was written is read back,
/// the VM and the process end, and nothing may be left: no page, slot, charge or reference.
final class MemoryStage {
    /// First virtual page of the process: at the start of a page table.
    static final long BASE = 512;

    private static final PteFormat PTE = PteFormat.X86_64;
    private static final int CPUS = 8;
    private static final int SMALL = 32;

    /// A block of huge pages for one large folio, and loose ones.
    private static final int LARGE = 2 * 512 + SMALL;

    private static final int TABLES = 32;

    private final Stage stage;
    private final Variant variant;
    private final Rcu rcu;
    private final AgingPlan plan;
    private final List<Actor> preparations = new ArrayList<>();

    private KernelVersion kernel = KernelVersion.V6_12;
    private int lruGen = 7;
    private boolean huge;
    private boolean disk;
    private boolean shared;
    private int pages = 1;
    private boolean virtual;
    private boolean audits = true;

    private @Nullable Made made;
    private final @Nullable Vcpu[] vcpus = new Vcpu[CPUS];
    private final boolean[] isVcpu = new boolean[CPUS];
    private int actors;

    /// What is there once the stage is raised.
    private record Made(
            Host host,
            SmallFrames contents,
            Memcg memcg,
            AddressSpace mm,
            RmapObject object,
            Vma vma,
            long[] written) {}

    MemoryStage(Stage stage, Variant variant) {
        this.stage = stage;
        this.variant = variant;
        plan = variant.design().plan();
        stage.before(this::prepare);
        rcu = Rcu.start(stage.engine);
    }

    // --- what kind -------------------------------------------------------------------------------

    /// Size of the process.
    MemoryStage pages(int n) {
        pages = n;
        return this;
    }

    MemoryStage kernel(KernelVersion version) {
        kernel = version;
        return this;
    }

    /// The classic LRU instead of MGLRU.
    MemoryStage classic() {
        lruGen = 0;
        return this;
    }

    /// Transparent huge pages.
    MemoryStage huge() {
        huge = true;
        pages = 512;
        return this;
    }

    /// Swap is a disk, an actor of its own.
    MemoryStage disk() {
        disk = true;
        return this;
    }

    /// The process maps a memfd.
    MemoryStage shared() {
        shared = true;
        return this;
    }

    /// A VM with the process's pages as guest pages from 0 on.
    MemoryStage virtual() {
        virtual = true;
        return this;
    }

    // --- setting up
    // --------------------------------------------------------------------------------

    /// Has `body` be run before the search, after what was asked for before.
    void ready(Actor body) {
        preparations.add(body);
    }

    /// As [#ready], on the CPU of the first vCPU.
    void readyGuest(VcpuBody body) {
        preparations.add(cpu -> {
            for (int i = 0; i < actors; i++) {
                if (isVcpu[i]) {
                    Vcpu vcpu = requireNonNull(vcpus[i]);
                    body.run(vcpu.cpu, vcpu);
                }
            }
        });
    }

    void actor(String name, Actor body) {
        actors++;
        stage.actor(name, body);
    }

    void vcpu(String name, VcpuBody body) {
        virtual = true;
        int i = actors;
        isVcpu[i] = true;
        actor(name, cpu -> body.run(cpu, requireNonNull(vcpus[i])));
    }

    interface VcpuBody {
        void run(Cpu cpu, Vcpu vcpu);
    }

    private void prepare(List<Cpu> cpus) {
        Cpu first = cpus.getFirst();
        int frames = huge ? LARGE : SMALL;
        SmallFrames contents = new SmallFrames(stage, frames, frames);
        Host host =
                new Host(
                        stage.engine,
                        config(frames),
                        new HostParts(
                                contents,
                                completion ->
                                        disk
                                                ? new SmallSwap(contents, completion, stage.engine)
                                                : new SmallSwap(contents, completion),
                                variant.memory()));
        Memcg memcg = host.addMemcg(Memcg.UNLIMITED);
        RmapObject object = shared ? host.objects().newMemfd(pages) : host.objects().newAnon();
        AddressSpace mm = host.newAddressSpace(first, memcg);
        Vma vma = mm.map(first, BASE, pages, object, 0, true);
        made = new Made(host, contents, memcg, mm, object, vma, new long[pages]);
        if (virtual) {
            startVm(cpus);
        }
        for (Actor body : preparations) {
            body.run(first);
        }
    }

    private void startVm(List<Cpu> cpus) {
        VmConfig base = VmConfig.of(SpteFormat.EPT, plan);
        VmConfig config =
                variant.config(base.withTables(TABLES).withMemory(made().contents()).withTlb(4));
        Cpu first = cpus.getFirst();
        vm = Vm.create(first, config, made().host().pagesOf(made().mm()), rcu);
        vm.createSlot(first, 0, 0, pages, BASE, false);
        for (int i = 0; i < actors; i++) {
            made().mm().notifiers().testYoung(cpus.get(i), BASE);
            if (isVcpu[i]) {
                vcpus[i] = vm.newVcpu(cpus.get(i));
            }
        }
    }

    private @Nullable Vm vm;

    private HostConfig config(int frames) {
        return new HostConfig(
                frames,
                new Watermarks(1, 2, 3),
                1,
                false,
                HostConfig.Swap.ZRAM,
                DiskTiming.NVME,
                frames,
                0,
                100,
                0,
                1,
                huge ? HostConfig.Thp.ALWAYS : HostConfig.Thp.NEVER,
                kernel,
                LruGenCaps.of(lruGen),
                variant.aging(plan.secondary()),
                TABLES,
                2,
                CPUS);
    }

    private Made made() {
        return requireNonNull(made, "the host is made when the stage is raised");
    }

    Host host() {
        return made().host();
    }

    AddressSpace mm() {
        return made().mm();
    }

    Vma vma() {
        return made().vma();
    }

    Memcg memcg() {
        return made().memcg();
    }

    Vm vm() {
        return requireNonNull(vm, "the program has no VM");
    }

    // --- what actors do
    // ----------------------------------------------------------------------------

    /// The process writes `value` to one of its pages. Returns 0 or the error of the fault.
    int write(Cpu cpu, int page, long value) {
        int pfn = touch(cpu, page, EntryFormat.WRITE);
        if (pfn < 0) {
            return pfn;
        }
        made().contents().frames[pfn] = value;
        made().written()[page] = value;
        return 0;
    }

    /// What the process reads in one of its pages, or the error of the fault.
    long read(Cpu cpu, int page) {
        int pfn = touch(cpu, page, EntryFormat.READ);
        return pfn < 0 ? pfn : made().contents().frames[pfn];
    }

    /// Fails unless the process reads `expected`.
    void expect(Cpu cpu, int page, long expected) {
        long value = read(cpu, page);
        Finding.check(
                value == expected,
                "lost update: page " + page + " reads " + value + ", not " + expected);
    }

    /// One access of the process: the CPU walks, sets A and D, and has its data in the same instant, for the flush
    /// after an unmap, which is not modelled, waits for it. Returns the page, or an error.
    private int touch(Cpu cpu, int page, int access) {
        Walk walk = new Walk();
        AddressSpace mm = mm();
        long vpn = BASE + page;
        boolean write = access == EntryFormat.WRITE;
        while (mm.tables().touch(cpu, walk, mm.root(), vpn, access) != HardwareWalk.HIT) {
            int error = host().faults().handle(cpu, mm, vpn, write);
            host().faults().returnToUser(cpu, mm);
            if (error != PageFaults.DONE) {
                return error;
            }
        }
        long entry = walk.words[walk.index];
        cpu.charge(Cost.GUEST_HIT);
        return (int) (PTE.pfn(entry) + (walk.level == 1 ? 0 : vpn & 511));
    }

    /// A guest writes `value` to one of its pages.
    void guestWrite(Cpu cpu, Vcpu vcpu, int page, long value) {
        if (vcpu.accessData(cpu, page, 0, true, value) == 0) {
            made().written()[page] = value;
        }
    }

    /// Fails unless a guest reads `expected`.
    void guestExpect(Cpu cpu, Vcpu vcpu, int page, long expected) {
        vcpu.accessData(cpu, page, 0, false, 0);
        Finding.check(
                vcpu.data() == expected,
                "lost update: guest page " + page + " reads " + vcpu.data() + ", not " + expected);
    }

    /// Says what a page holds that was written by other means.
    void wrote(int page, long value) {
        made().written()[page] = value;
    }

    /// Makes every page of the process old, and puts it on the lists.
    void makeOld(Cpu cpu) {
        host().lru().drain(cpu);
        if (lruGen != 0) {
            for (int i = 0; i < 4; i++) {
                host().reclaim().age(cpu, memcg());
            }
        }
    }

    /// Reclaims what is old.
    void evict(Cpu cpu) {
        if (lruGen == 0) {
            host().memcgFiles().reclaim(cpu, memcg(), 1);
            return;
        }
        long max = memcg().lruvec().gen().peekMaxSeq(cpu);
        long id = LruGenDebugfs.id(memcg());
        host().reclaim().lruGenDebugfs().write(cpu, "- " + id + " 0 " + (max - 2) + " 200 1");
    }

    // --- the end
    // -----------------------------------------------------------------------------------

    /// No audit: the program leaves something behind on purpose.
    MemoryStage unaudited() {
        audits = false;
        return this;
    }

    /// When all have returned: see above.
    void endAfter() {
        stage.after(cpu -> {
            audit(cpu, "");
            long[] written = made().written();
            for (int page = 0; page < pages; page++) {
                if (written[page] != 0) {
                    expect(cpu, page, written[page]);
                }
            }
            if (vm != null) {
                vm.destroy(cpu);
            }
            for (Cpu each : stage.engine.cpus()) {
                if (each.id < CPUS) {
                    drain(each);
                }
            }
            audit(cpu, "at the end: ");
            host().mappingChanges().exitWithFiles(cpu, mm());
            host().lru().drain(cpu);
            checkEmpty(cpu);
        });
    }

    /// Batches are flushed in the name of their CPUs, which do nothing more.
    private void drain(Cpu cpu) {
        host().lru().drain(cpu);
    }

    private void audit(Cpu cpu, String when) {
        if (audits) {
            List<String> findings = new HostAudit(host(), cpu).findings();
            Finding.check(findings.isEmpty(), "audit: " + when + String.join("; ", findings));
        }
    }

    private void checkEmpty(Cpu cpu) {
        int[] free = new int[1];
        host().allocator().zone().forEachFree(frame -> free[0]++);
        int frames = host().config().frames();
        Finding.check(
                free[0] == frames, "leak: " + (frames - free[0]) + " pages are left at the end");
        Finding.check(
                host().swap().free() == host().swap().size(),
                "leak: " + (host().swap().size() - host().swap().free()) + " swap slots are left");
        long charged =
                memcg().usage().snapshot()
                        - host().allocator().stocked(memcg())
                        - memcg().kernelPages().snapshot();
        Finding.check(charged == 0, "leak: " + charged + " pages are charged at the end");
    }
}
