package org.gleaner.check.kvm;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.gleaner.check.machine.SmallSpace;
import org.gleaner.check.program.Stage;
import org.gleaner.check.program.Variant;
import org.gleaner.kvm.Vcpu;
import org.gleaner.kvm.Vm;
import org.gleaner.kvm.VmConfig;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.arm64.Stage2Aging;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.aging.SecondaryAging;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.jspecify.annotations.Nullable;

/// A stage with one VM: a slot of a few pages at guest page 0, over a [SmallSpace], and its vCPUs.
///
/// ```
/// VmStage vm = new VmStage(stage, variant, 2);
/// vm.ready((cpu, vcpu) -> vcpu.access(cpu, 0, true));   // page 0 is mapped and young
/// vm.vcpu("vcpu", (cpu, vcpu) -> vcpu.access(cpu, 0, false));
/// vm.actor("ager", cpu -> vm.notifiers().clearYoung(cpu, 0, 1));
/// ```
final class VmStage {
    /// Enough for a root with a path, another, and what two vCPUs keep in store.
    private static final int TABLES = 28;

    final SmallSpace space;
    final int pages;

    private final Stage stage;
    private final Rcu rcu;
    private final SecondaryAging aging;
    private VmConfig config;
    private @Nullable Vm vm;
    private final @Nullable Vcpu[] vcpus = new Vcpu[4];
    private int actors;
    private VcpuBody ready = (cpu, vcpu) -> {};
    private final boolean[] isVcpu = new boolean[4];

    VmStage(Stage stage, Variant variant, int pages) {
        this(stage, variant, pages, SpteFormat.EPT);
    }

    VmStage(Stage stage, Variant variant, int pages, SpteFormat format) {
        this(
                stage,
                variant,
                pages,
                variant.design().plan(),
                plan -> {
                    VmConfig base = VmConfig.of(X86.of(format), plan);
                    return variant.config(base);
                });
    }

    /// The same on arm64, whose agers go about it as the program says.
    ///
    /// @param hardware whether hardware sets the access flag
    VmStage(
            Stage stage,
            Variant variant,
            int pages,
            AgingDesign design,
            Stage2Aging right,
            boolean hardware) {
        this(
                stage,
                variant,
                pages,
                design.plan(),
                plan -> {
                    Architecture arm64 = Arm64.of(hardware, variant.stage2Aging(right));
                    return VmConfig.of(arm64, plan).withSteps(variant.stage2());
                });
    }

    private VmStage(
            Stage stage,
            Variant variant,
            int pages,
            AgingPlan plan,
            Function<AgingPlan, VmConfig> kind) {
        this.stage = stage;
        this.pages = pages;
        space = new SmallSpace(stage, pages, variant);
        aging = variant.aging(plan.secondary());
        config = kind.apply(plan).withTables(TABLES).withMemory(space);
        stage.before(this::prepare);
        rcu = Rcu.start(stage.engine);
    }

    /// Has another kind of VM.
    void configure(UnaryOperator<VmConfig> change) {
        config = change.apply(config);
    }

    /// Has each vCPU do `body` before the search, when all are made.
    void ready(VcpuBody body) {
        ready = body;
    }

    private void prepare(List<Cpu> cpus) {
        Cpu host = cpus.getFirst();
        Vm made = Vm.create(host, config, space, rcu);
        vm = made;
        made.createSlot(host, 0, 0, pages, 0, false);
        for (int i = 0; i < actors; i++) {
            Cpu cpu = cpus.get(i);
            notifiers().testYoung(cpu, 0);
            if (isVcpu[i]) {
                vcpus[i] = made.newVcpu(cpu);
            }
        }
        for (int i = 0; i < actors; i++) {
            if (vcpus[i] != null) {
                ready.run(cpus.get(i), vcpus[i]);
            }
        }
    }

    Vm vm() {
        if (vm == null) {
            throw new IllegalStateException("the VM is made when the stage is raised");
        }
        return vm;
    }

    /// Another VM over the same address space.
    Vm secondVm(Cpu cpu) {
        Vm second = Vm.create(cpu, config, space, rcu);
        second.createSlot(cpu, 0, 0, pages, 0, false);
        return second;
    }

    /// mm's half of aging.
    SecondaryAging aging() {
        return aging;
    }

    /// Asks, in the way of the design, whether the guest has used a page, and makes it old.
    boolean age(Cpu cpu, long page) {
        return (aging.target(cpu, notifiers(), page, false) & SecondaryAging.YOUNG) != 0;
    }

    MmuNotifierSubscriptions notifiers() {
        return space.notifiers;
    }

    /// Adds an actor.
    void actor(String name, Actor body) {
        actors++;
        stage.actor(name, body);
    }

    /// Adds an actor that is a vCPU.
    void vcpu(String name, VcpuBody body) {
        int i = actors;
        isVcpu[i] = true;
        actor(name, cpu -> body.run(cpu, requireNonNull(vcpus[i])));
    }

    interface VcpuBody {
        void run(Cpu cpu, Vcpu vcpu);
    }

    /// Checks, when all have returned, that every page was released.
    void checkAfter() {
        stage.after(cpu -> space.checkReferences());
    }

    /// Ends the VM when all have returned: its books must balance, and every page must be released.
    /// Takes longer than most searches' runs.
    void destroyAfter() {
        stage.after(cpu -> {
            vm().destroy(cpu);
            space.checkReferences();
        });
    }
}
