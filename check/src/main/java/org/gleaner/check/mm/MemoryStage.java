package org.gleaner.check.mm;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.AsyncFaults;
import org.gleaner.kvm.PrivateMemory;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.pfn.GuestMemfd;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.Host;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.HostParts;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.reclaim.LruGenCaps;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.space.RmapObject;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.version.KernelVersion;
import org.jspecify.annotations.Nullable;

/// A stage with a small real host: a cgroup with one process of a few pages, whose contents are
/// words, and, if asked for, a VM over them.
///
/// ```
/// MemoryStage m = new MemoryStage(stage, variant).pages(1);
/// m.ready(cpu -> m.write(cpu, 0, 7));
/// m.actor("task", cpu -> m.read(cpu, 0, 7));
/// m.actor("reclaim", m::evict);
/// m.endAfter();
/// ```
///
/// When all actors have returned the host is audited ([HostEnd]), every page that was written is
/// read back, the VM and the process end, and nothing may be left: no page, slot, charge or
/// reference.
final class MemoryStage extends MemoryActs {
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

    private KernelVersion kernel = KernelVersion.V6_18;
    private int lruGen = 7;
    private HostConfig.Thp thp = HostConfig.Thp.NEVER;
    private SmallSwap.Kind device = SmallSwap.Kind.SYNCHRONOUS;
    private boolean marks;
    private boolean asynchronous;
    private long firstGfn;
    private List<Cpu> cpus = List.of();
    private boolean shared;
    private boolean file;
    private int pages = 1;
    private boolean virtual;

    private final @Nullable Vcpu[] vcpus = new Vcpu[CPUS];
    private final boolean[] isVcpu = new boolean[CPUS];
    private int actors;

    MemoryStage(Stage stage, Variant variant) {
        this.stage = stage;
        this.variant = variant;
        plan = variant.design().plan();
        stage.before(this::prepare);
        rcu = Rcu.start(stage.engine);
    }

    // --- what kind -----------------------------------------------------------------------------

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
        thp = HostConfig.Thp.ALWAYS;
        pages = 512;
        return this;
    }

    /// Small pages, which a collapse can make a large folio.
    MemoryStage collapsible() {
        thp = HostConfig.Thp.MADVISE;
        pages = 512;
        return this;
    }

    /// Swap is a disk, an actor of its own.
    MemoryStage disk() {
        device = SmallSwap.Kind.DISK;
        return this;
    }

    /// Swap is a device that is no zram, though done at once: what is read back stays in the swap
    /// cache.
    MemoryStage cachesSwapIns() {
        device = SmallSwap.Kind.PROMPT;
        return this;
    }

    /// What is in swap is fetched for the guest by a worker, an actor of its own.
    MemoryStage asynchronous() {
        asynchronous = true;
        return cachesSwapIns();
    }

    /// The guest's pages are marked as their entries are zapped.
    MemoryStage marksAtZap() {
        marks = true;
        return this;
    }

    /// The guest page that the process's first page is.
    MemoryStage firstGfn(long gfn) {
        firstGfn = gfn;
        return this;
    }

    /// The process maps a memfd.
    MemoryStage shared() {
        shared = true;
        return this;
    }

    /// The VM's private pages, of which there are none at first, come from a file.
    MemoryStage file() {
        file = true;
        return this;
    }

    // --- setting up ----------------------------------------------------------------------------

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

    /// A process that has written 1 to its first page, which is old by now.
    void readyOld() {
        ready(cpu -> write(cpu, 0, 1));
        ready(this::makeOld);
    }

    /// As [#readyOld], of a page that has been in swap and was read back.
    void readyReadBack() {
        readyOld();
        ready(this::evict);
        ready(cpu -> expect(cpu, 0, 1));
    }

    /// An actor that writes 7 to a page of the process and looks whether it is there.
    void writer(String name, int page) {
        actor(
                name,
                cpu -> {
                    write(cpu, page, 7);
                    expect(cpu, page, 7);
                });
    }

    /// The same of a guest.
    void guestWriter(int page) {
        vcpu(
                "vcpu",
                (cpu, vcpu) -> {
                    guestWrite(cpu, vcpu, page, 7);
                    guestExpect(cpu, vcpu, page, 7);
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
        this.cpus = cpus;
        Cpu first = cpus.getFirst();
        int frames = thp != HostConfig.Thp.NEVER ? LARGE : SMALL;
        SmallFrames contents = new SmallFrames(stage, frames, frames);
        Host host =
                new Host(
                        stage.engine,
                        config(frames),
                        new HostParts(
                                contents,
                                completion ->
                                        new SmallSwap(device, contents, completion, stage.engine),
                                variant.memory()));
        Memcg memcg = host.memcgs().add(Memcg.UNLIMITED);
        RmapObject object = shared ? host.objects().newMemfd(pages) : host.objects().newAnon();
        AddressSpace mm = host.newAddressSpace(first, memcg, host.memcgs().root());
        Vma vma = mm.map(first, BASE, pages, object, 0, true);
        made(host, contents, memcg, mm, vma, lruGen != 0, pages);
        if (virtual) {
            startVm(cpus);
        }
        for (Actor body : preparations) {
            body.run(first);
        }
    }

    private void startVm(List<Cpu> cpus) {
        VmConfig base = VmConfig.of(X86.EPT, plan);
        VmConfig config =
                variant.config(
                        base.withTables(TABLES)
                                .withMemory(contents())
                                .withTlb(4)
                                .withAsyncFaults(
                                        asynchronous ? AsyncFaults.Mode.HALT : AsyncFaults.Mode.OFF)
                                .withPfn(marks ? PfnDesign.BEFORE : PfnDesign.MERGED));
        Cpu first = cpus.getFirst();
        vm = Vm.create(first, config, host().pages().of(mm()), rcu);
        if (asynchronous) {
            stage.engine.daemon("worker", vm.asyncWorker());
        }
        if (file) {
            priv = vm.keepPrivate();
            backing = priv.newFile(host().pages().newInaccessible(mm(), pages));
            priv.createSlot(first, 0, firstGfn, pages, BASE, backing, 0);
        } else {
            vm.createSlot(first, 0, firstGfn, pages, BASE, false);
        }
        for (int i = 0; i < actors; i++) {
            mm().notifiers().testYoung(cpus.get(i), BASE);
            if (isVcpu[i]) {
                vcpus[i] = vm.newVcpu(cpus.get(i));
            }
        }
    }

    private @Nullable Vm vm;
    private @Nullable PrivateMemory priv;
    private @Nullable GuestMemfd backing;

    private HostConfig config(int frames) {
        return new HostConfig(
                kernel,
                HostPaging.X86_64,
                HostConfig.Memory.of(frames, new Watermarks(1, 2, 3), 1).withThp(thp),
                HostConfig.Swap.zram(frames),
                HostConfig.Reclaimer.direct(LruGenCaps.of(lruGen), variant.aging(plan.secondary())),
                new HostConfig.Room(TABLES, 2, CPUS),
                1);
    }

    Vm vm() {
        return requireNonNull(vm, "the program has no VM");
    }

    /// Which of the guest's pages are private.
    PrivateMemory priv() {
        return requireNonNull(priv, "the program has no private memory");
    }

    /// The file of the private pages.
    GuestMemfd backing() {
        return requireNonNull(backing, "the program has no private memory");
    }

    // --- the end -------------------------------------------------------------------------------

    /// When all have returned: see above.
    void endAfter() {
        endAfter(cpu -> {});
    }

    /// As [#endAfter()], after `look`.
    void endAfter(Actor look) {
        stage.after(cpu -> {
            look.run(cpu);
            HostEnd end = new HostEnd(host(), memcg(), contents());
            end.audit(cpu, "");
            long[] written = written();
            for (int page = 0; page < pages && mm().vma(BASE) != null; page++) {
                if (written[page] != 0) {
                    expect(cpu, page, written[page]);
                }
            }
            if (vm != null) {
                vm.destroy(cpu);
            }
            if (backing != null) {
                priv().close(cpu, backing);
            }
            endChild(cpu);
            // nobody else flushes what they hold
            cpus.forEach(each -> host().lru().drain(each));
            end.audit(cpu, "at the end: ");
            if (!hasEnded()) {
                exit(cpu);
            }
            // a page that was locked when its last entry went is left to reclaim
            makeOld(cpu);
            evict(cpu);
            host().lru().drain(cpu);
            end.checkEmpty();
        });
    }
}
