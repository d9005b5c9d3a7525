package org.gleaner.lab.execute.host;

import java.util.List;
import java.util.stream.Stream;
import org.gleaner.kvm.KvmRelease;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.arm64.Stage2Aging;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.choice.ArchChoice;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.CostModelChoice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.KvmChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.PfnChoice;
import org.gleaner.lab.choice.PteFormatChoice;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.execute.parallel.Cores;
import org.gleaner.lab.run.Caveats;
import org.gleaner.lab.run.CostShift;
import org.gleaner.lab.run.OnHost;
import org.gleaner.lab.run.ScenarioRequest;
import org.gleaner.lab.scenario.Configuration;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Engine;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.Host;
import org.gleaner.mm.HostConfig;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.pte.HostPaging;
import org.gleaner.mm.swap.DiskTiming;
import org.gleaner.mm.version.KernelVersion;
import org.gleaner.pagetable.TableSlab;
import org.jspecify.annotations.Nullable;

/// From the words of a request to the parts of the machine.
public final class Support {
    private static final int PCP_BYTES = 1 << 18;

    private Support() {}

    /// @param options of an engine in virtual time
    public static Engine engine(
            org.gleaner.lab.choice.EngineChoice choice,
            CostModelChoice costs,
            VirtualOptions options) {
        return engine(choice, costs, CostShift.NONE, options);
    }

    /// @param shift of the model's constants
    public static Engine engine(
            org.gleaner.lab.choice.EngineChoice choice,
            CostModelChoice costs,
            CostShift shift,
            VirtualOptions options) {
        CostModel model = shift.apply(CostModel.named(costs.label()));
        return switch (choice) {
            case VIRTUAL -> new VirtualEngine(model, options);
            case THREADS -> new ThreadEngine(model);
        };
    }

    static SpteFormat format(PteFormatChoice choice) {
        return switch (choice) {
            case EPT -> SpteFormat.EPT;
            case EPT_NOAD -> SpteFormat.EPT_NO_AD;
            case NPT -> SpteFormat.NPT;
        };
    }

    /// The host's own page tables, and its pages.
    public static HostPaging paging(OnHost request) {
        HostPaging paging = paging(request.arch(), request.pageSize());
        return request.hardwareAccessed() ? paging : paging.faultsForFlags();
    }

    public static HostPaging paging(ArchChoice arch, PageSizeChoice page) {
        return switch (arch) {
            case X86 -> HostPaging.X86_64;
            case ARM64 -> HostPaging.arm64(page.shift());
        };
    }

    /// Pages that a per-CPU list of a large zone takes at once (`zone_batchsize`): about as many as
    /// a quarter of a MiB has, and one less than a power of two.
    public static int pcpBatch(PageSizeChoice page) {
        int quarter = PCP_BYTES / page.bytes();
        return Integer.highestOneBit(quarter + quarter / 2) - 1;
    }

    /// The figures of the disk behind a swap device; null if it is none.
    static @Nullable DiskTiming disk(SwapDeviceChoice device) {
        return switch (device) {
            case DISK -> DiskTiming.VIRTIO;
            case OPTANE -> DiskTiming.OPTANE;
            case SSD -> DiskTiming.NVME;
            case ZRAM, NONE -> null;
        };
    }

    public static HostConfig.Thp thp(Thp choice) {
        return switch (choice) {
            case NEVER -> HostConfig.Thp.NEVER;
            case ALWAYS -> HostConfig.Thp.ALWAYS;
        };
    }

    /// Who pays for the page tables of a process in a cgroup. In small pages it has made them
    /// before it entered, as the replayers of the comparison runs have; in huge ones they come as
    /// the pages do.
    public static Memcg tablePayer(Host host, Memcg memcg, Backing backing) {
        boolean huge =
                host.config().memory().thp() == HostConfig.Thp.ALWAYS && backing == Backing.ANON;
        return huge ? memcg : host.memcgs().root();
    }

    /// The most page-table pages that a guest's second stage may have: a tree of all its pages,
    /// many of which may wait for a grace period.
    public static int tables(long guestPages) {
        return (int)
                Math.min(
                        TableSlab.MOST_TABLES,
                        16 * (guestPages / SpteFormat.GEOMETRY.entries(1)) + 8192);
    }

    /// How many hosts to run at once: one of real threads takes all cores, one in virtual time a
    /// single one.
    public static int runsAtOnce(org.gleaner.lab.choice.EngineChoice choice) {
        return choice == org.gleaner.lab.choice.EngineChoice.VIRTUAL ? Cores.count() : 1;
    }

    /// What a reader must know: an executor's own assumptions, after those of all executors.
    public static List<String> assumptions(ScenarioRequest<?> request, List<String> own) {
        List<String> caveats = Caveats.of(request.scenario(), request.scale(), request.engine());
        return Stream.of(caveats, own, DeviceChoice.caveats(request))
                .flatMap(List::stream)
                .toList();
    }

    public static List<String> names(Scenario scenario) {
        return scenario.configurations().stream().map(Configuration::name).toList();
    }

    /// The VM of a guest: that of the plan's kernel, but for what the configuration says.
    public static VmConfig vm(Scenario scenario, Configuration configuration, AgingPlan plan) {
        Architecture architecture =
                switch (configuration.arch()) {
                    case X86 -> X86.of(format(scenario.guest().format()));
                    case ARM64 ->
                            arm64(
                                    configuration.aging(),
                                    plan,
                                    configuration.kernel(),
                                    configuration.hardwareAccessed());
                };
        KvmChoice kvm = configuration.kvm();
        KvmRelease release =
                kvm == null ? KvmRelease.of(plan.design()) : KvmRelease.forName(kvm.label());
        VmConfig config =
                VmConfig.of(architecture, plan, release)
                        .withPageShift(configuration.pageSize().shift());
        PfnChoice pfn = configuration.pfn();
        return pfn == null ? config : config.withPfn(PfnDesign.valueOf(pfn.name()));
    }

    static KernelVersion kernel(Kernel choice) {
        return KernelVersion.forName(choice.label());
    }

    /// The processor and its second stage.
    public static Architecture architecture(OnHost request, AgingPlan aging) {
        return switch (request.arch()) {
            case X86 -> X86.NPT;
            case ARM64 -> arm64(request, aging);
        };
    }

    private static Architecture arm64(OnHost request, AgingPlan aging) {
        boolean hardware = request.hardwareAccessed();
        return switch (request.stage2Kind()) {
            case PLAIN -> arm64(request.aging(), aging, request.kernel(), hardware);
            case AC03_CPU_38 -> arm64(request.aging(), aging, request.kernel(), false);
            case PROTECTED -> Arm64.PROTECTED;
        };
    }

    /// What mm asks in a configuration.
    public static AgingPlan plan(Configuration configuration) {
        AgingPlan plan = plan(configuration.aging());
        return configuration.withoutFlush() ? plan.withoutFlush() : plan;
    }

    /// What mm asks under a design, whatever form of it an architecture has.
    public static AgingPlan plan(AgingChoice choice) {
        return choice.design().plan();
    }

    /// With agers as posted or as reviewed, where that is asked for. The first posting, too, went
    /// without the lock only where hardware sets the flag. Faults became parallel in 6.2.
    private static Architecture arm64(
            AgingChoice choice, AgingPlan aging, Kernel kernel, boolean hardware) {
        Architecture parallel = arm64(choice, aging, hardware);
        return kernel == Kernel.V6_1 ? Arm64.serial(parallel) : parallel;
    }

    private static Architecture arm64(AgingChoice choice, AgingPlan aging, boolean hardware) {
        return switch (choice) {
            case V1_AS_POSTED ->
                    Arm64.of(hardware, hardware ? Stage2Aging.V1_AS_POSTED : Stage2Aging.LOCKED);
            case V2_AS_REVIEWED -> Arm64.of(hardware, Stage2Aging.LOCKLESS);
            case V3_AS_POSTED -> Arm64.of(hardware, Stage2Aging.V3_AS_POSTED);
            default -> Arm64.under(aging.design(), hardware);
        };
    }
}
