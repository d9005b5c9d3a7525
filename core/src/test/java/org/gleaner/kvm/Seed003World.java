package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.kvm.pfn.PfnDesign;

/// What tests of the series that made the ownership of a guest's host pages plain run over: slot 0
/// is guest page 0 to 15, slot 1 is the same read-only at 100; at the end nothing is held.
final class Seed003World {
    static final int PAGES = 16;
    static final int HOLE = 50;
    static final int READ_ONLY = 100;

    private Seed003World() {}

    static void run(VmConfig config, World.Body body) {
        World.alone(
                World.Kind.VIRTUAL,
                config,
                PAGES,
                (cpu, world, vcpu) -> {
                    world.vm.createSlot(cpu, 1, READ_ONLY, PAGES, 0, true);
                    body.run(cpu, world, vcpu);
                    assertThat(world.space.held()).isZero();
                    assertThat(world.vm.direct().kernel().remapped()).isZero();
                });
    }

    static void run(PfnDesign design, World.Body body) {
        run(World.config().withPfn(design), body);
    }

    static void run(World.Body body) {
        run(PfnDesign.MERGED, body);
    }
}
