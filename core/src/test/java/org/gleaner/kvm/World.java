package org.gleaner.kvm;

import java.util.Locale;
import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.arch.X86;
import org.gleaner.machine.Actor;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Engine;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.machine.Word;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.aging.AgingPlan;

/// One host with one VM of one slot, for tests.
final class World {
    enum Kind {
        VIRTUAL,
        THREADS
    }

    static final CostModel COSTS = CostModel.named("x86-server");

    final Engine engine;
    final Rcu rcu;
    final FakeSpace space;

    /// Set by the first actor.
    volatile Vm vm;

    private final Word ready = new Word();

    World(Kind kind, int pages, int frames) {
        this(
                kind == Kind.VIRTUAL
                        ? new VirtualEngine(COSTS, VirtualOptions.seed(7))
                        : new ThreadEngine(COSTS),
                pages,
                frames);
    }

    World(Engine engine, int pages, int frames) {
        this.engine = engine;
        rcu = Rcu.start(engine, 50_000);
        space = new FakeSpace(pages, frames);
    }

    static AgingPlan merged() {
        return AgingDesign.MERGED.plan();
    }

    /// By name, and with the agers of a design where it has more than one kind.
    static Architecture architecture(String name, AgingDesign design) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "EPT" -> X86.EPT;
            case "NPT" -> X86.NPT;
            case "EPT_NO_AD", "EPT-NOAD" -> X86.EPT_NO_AD;
            case "ARM64" -> Arm64.under(design, true);
            case "ARM64_SOFT" -> Arm64.under(design, false);
            default -> throw new IllegalArgumentException(name);
        };
    }

    static VmConfig config() {
        return VmConfig.of(X86.EPT, merged());
    }

    /// Adds an actor that makes the VM, with one slot of all pages at guest page 0, and goes on.
    void host(VmConfig config, Actor body) {
        engine.spawn(
                "host",
                armed(cpu -> {
                    vm = Vm.create(cpu, config, space, rcu);
                    int pages = space.pages();
                    vm.createSlot(cpu, 0, 0, pages, 0, false);
                    cpu.store(ready, 1);
                    body.run(cpu);
                }));
    }

    /// Adds an actor that starts when the VM is made.
    void actor(String name, Actor body) {
        engine.spawn(
                name,
                armed(cpu -> {
                    cpu.block(ready, -1, 1);
                    body.run(cpu);
                }));
    }

    private static Actor armed(Actor body) {
        return cpu -> {
            cpu.lockDep = new LockDep();
            body.run(cpu);
            LockDep.checkIdle(cpu);
        };
    }

    void run() {
        engine.run();
    }

    /// The whole run by one actor that is both host and vCPU.
    static void alone(Kind kind, VmConfig config, int pages, Body body) {
        new World(kind, pages, pages).alone(config, body);
    }

    /// The same over this world.
    void alone(VmConfig config, Body body) {
        World world = this;
        world.host(
                config,
                cpu -> {
                    body.run(cpu, world, world.vm.newVcpu(cpu));
                    world.vm.destroy(cpu);
                });
        world.run();
    }

    interface Body {
        void run(Cpu cpu, World world, Vcpu vcpu);
    }
}
