package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.aging.AgingDesign;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.gleaner.mm.notifier.MmuNotifierSubscriptions;
import org.gleaner.mm.notifier.PredicateBitmapYoung;
import org.gleaner.pagetable.EntryFormat;
import org.junit.jupiter.api.Test;

/// Every invariant fires: each test breaks one step of a protocol and runs the interleaving that
/// shows it.
final class InvariantsTest {
    private static final int PAGES = 600;
    private static final long WELL_BEFORE = 50_000;
    private static final long LONG_AFTER = 5_000_000;

    private static VmConfig with(SpteSteps steps) {
        return World.config().withSteps(steps);
    }

    /// An ager that is held up between reading a leaf and changing it.
    private abstract static class SlowAger extends SpteSteps {
        @Override
        public boolean age(Cpu cpu, SpteFormat format, long[] words, int i, long old, long update) {
            cpu.chargeNanos(LONG_AFTER);
            cpu.step();
            return late(cpu, format, words, i, old, update);
        }

        abstract boolean late(
                Cpu cpu, SpteFormat format, long[] words, int i, long old, long update);
    }

    private static void expect(String invariant, VmConfig config, World.Body body) {
        assertThatThrownBy(() -> World.alone(World.Kind.VIRTUAL, config, PAGES, body))
                .hasStackTraceContaining("AssertionError: " + invariant);
    }

    /// Pages 0 and 1 are young; then an ager clears both while `host` runs, and then the VM goes.
    private static void expectBeside(String invariant, VmConfig config, World.Body host) {
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        world.host(
                config,
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    vcpu.access(cpu, 0, true);
                    vcpu.access(cpu, 1, true);
                    world.engine.spawn("ager", c -> world.space.notifiers.clearYoung(c, 0, 2));
                    cpu.sleep(WELL_BEFORE);
                    host.run(cpu, world, vcpu);
                    cpu.sleep(4 * LONG_AFTER);
                    world.vm.destroy(cpu);
                });
        assertThatThrownBy(world::run).hasStackTraceContaining("AssertionError: " + invariant);
    }

    @Test
    void i1AnAccessedBitThatIsNotSet() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public boolean hardwareSet(
                            Cpu cpu, EntryFormat f, long[] words, int i, long old, long update) {
                        return true;
                    }
                };
        expect(
                "I1:",
                with(broken),
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 1, true);
                    world.space.notifiers.clearYoung(cpu, 1, 2);
                    vcpu.access(cpu, 1, true);
                });
    }

    @Test
    void i2AgingThatTakesDirtyAsWell() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public long old(SpteFormat format, long leaf) {
                        return leaf & ~(format.accessed | format.dirty);
                    }
                };
        expect(
                "I2:",
                with(broken),
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 1, true);
                    world.space.notifiers.clearYoung(cpu, 1, 2);
                });
    }

    @Test
    void i3AWritablePageReleasedClean() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public boolean releasesDirty() {
                        return false;
                    }
                };
        expect(
                "I3:",
                with(broken),
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 1, true);
                    world.space.evict(cpu, 1);
                });
    }

    @Test
    void i4AnAgerThatStoresWhatItReadBeforeAZap() {
        SpteSteps broken =
                new SlowAger() {
                    @Override
                    boolean late(
                            Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
                        cpu.store(words, i, update);
                        return true;
                    }
                };
        expectBeside("I4:", with(broken), (cpu, world, vcpu) -> world.space.evict(cpu, 0));
        expectBeside(
                "I4, I9:",
                with(broken),
                (cpu, world, vcpu) -> {
                    world.space.notifiers.invalidateRangeStart(
                            cpu, 0, 1, true, InvalidationEvent.CLEAR);
                    cpu.sleep(2 * LONG_AFTER);
                    world.space.notifiers.invalidateRangeEnd(cpu, 0, 1);
                });
    }

    /// The frozen value of 6.18 has both accessed bits; a blind clear of A spoils it.
    @Test
    void i5AFrozenEntryThatABlindAgerSpoils() {
        SpteSteps blind =
                new SlowAger() {
                    @Override
                    boolean late(
                            Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
                        long was = cpu.fetchAnd(words, i, ~f.accessed);
                        return was == old;
                    }
                };
        VmConfig linux =
                VmConfig.of(
                                X86.of(SpteFormat.EPT.withFrozen(SpteFormat.FROZEN_LINUX_6_18)),
                                World.merged())
                        .withSteps(blind);
        assertThatThrownBy(() -> ageAcrossSlotDeletion(linux))
                .hasStackTraceContaining("AssertionError: I5:");
    }

    /// And the value Gleaner uses has none: the same blind agers do no harm.
    @Test
    void i5HoldsWithAFrozenValueWithoutAccessedBits() {
        SpteSteps blind =
                new SlowAger() {
                    @Override
                    boolean late(
                            Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
                        long was = cpu.fetchAnd(words, i, ~f.accessed);
                        return was == old;
                    }
                };
        ageAcrossSlotDeletion(with(blind));
    }

    /// Agers that begin after the slot was marked invalid, so that its deletion does not wait for
    /// them all.
    private static void ageAcrossSlotDeletion(VmConfig config) {
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        world.host(
                config,
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    vcpu.access(cpu, 0, true);
                    for (int i = 0; i < 20; i++) {
                        long offset = i * 100_000L;
                        world.engine.spawn(
                                "ager" + i,
                                c -> {
                                    while (!world.vm.memslots(c).byId(0).invalid()) {
                                        c.sleep(1_000);
                                    }
                                    c.sleep(offset);
                                    world.space.notifiers.clearYoung(c, 0, 1);
                                });
                    }
                    cpu.sleep(10_000);
                    world.vm.deleteSlot(cpu, 0);
                    cpu.sleep(4 * LONG_AFTER);
                    world.vm.destroy(cpu);
                });
        world.run();
    }

    @Test
    void i6ATableFreedUnderAnAger() {
        SpteSteps broken =
                new SlowAger() {
                    @Override
                    boolean late(
                            Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
                        return cpu.cas(words, i, old, update);
                    }

                    @Override
                    public boolean waitsForReaders() {
                        return false;
                    }
                };
        expectBeside(
                "I6:",
                with(broken).withRootsKept(false),
                (cpu, world, vcpu) -> vcpu.resetContext(cpu));
    }

    @Test
    void i7AnAgerInAnInvalidRoot() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public boolean skipsInvalidRoots() {
                        return false;
                    }
                };
        expect(
                "I7:",
                with(broken),
                (cpu, world, vcpu) -> {
                    world.vm.createSlot(cpu, 1, 4096, 8, 0, false);
                    vcpu.access(cpu, 1, true);
                    world.vm.deleteSlot(cpu, 1);
                    world.space.notifiers.clearYoung(cpu, 1, 2);
                });
    }

    @Test
    void i9AFaultThatDoesNotAskTheGate() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public boolean asksTheGate() {
                        return false;
                    }
                };
        expect(
                "I9:",
                with(broken),
                (cpu, world, vcpu) -> {
                    world.space.afterLookup = c -> world.space.evict(c, 1);
                    vcpu.access(cpu, 1, true);
                });
    }

    @Test
    void i10AZapWithoutItsFlush() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public boolean flushesAfterZap() {
                        return false;
                    }
                };
        expect(
                "I10:",
                with(broken).withTlb(64),
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 1, true);
                    world.space.evict(cpu, 1);
                    vcpu.access(cpu, 1, true);
                });
    }

    @Test
    void i14ARestoreThatForgetsExecute() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public long restore(SpteFormat format, long leaf) {
                        return format.withExec(format.restoreAccessTrack(leaf), false);
                    }
                };
        expect(
                "I14:",
                VmConfig.of(X86.EPT_NO_AD, World.merged()).withSteps(broken),
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 1, true);
                    world.space.notifiers.clearYoung(cpu, 1, 2);
                    vcpu.access(cpu, 1, false);
                });
    }

    @Test
    void i19ABitThatIsNotCountedFromTheEnd() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public int bit(long lastGfn, long gfn) {
                        return (int) (gfn - lastGfn);
                    }
                };
        expect(
                "I19:",
                VmConfig.of(X86.EPT, AgingDesign.V2.plan()).withSteps(broken),
                (cpu, world, vcpu) -> {
                    MmuNotifierSubscriptions mm = world.space.notifiers;
                    vcpu.access(cpu, 1, true);
                    PredicateBitmapYoung.testClearYoung(cpu, mm, 0, 64, false, new long[1]);
                });
    }

    @Test
    void i20ATestThatClears() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public boolean ageClears(boolean clear) {
                        return true;
                    }
                };
        expect(
                "I20:",
                with(broken),
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 1, true);
                    world.space.notifiers.testYoung(cpu, 1);
                });
    }

    /// The same interleavings with the right steps: nothing fires, and the page that lost its race
    /// is young.
    @Test
    void aLostRaceIsHarmless() {
        SpteSteps late =
                new SlowAger() {
                    @Override
                    boolean late(
                            Cpu cpu, SpteFormat f, long[] words, int i, long old, long update) {
                        return cpu.cas(words, i, old, update);
                    }
                };
        World world = new World(World.Kind.VIRTUAL, PAGES, PAGES);
        world.host(
                with(late),
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    vcpu.access(cpu, 0, true);
                    vcpu.access(cpu, 1, true);
                    world.engine.spawn(
                            "ager",
                            c ->
                                    assertThat(world.space.notifiers.clearYoung(c, 0, 2))
                                            .as("young by what was read")
                                            .isTrue());
                    cpu.sleep(WELL_BEFORE);
                    world.space.evict(cpu, 0);
                    vcpu.access(cpu, 0, true);
                    world.vm.deleteSlot(cpu, 0);
                    cpu.sleep(4 * LONG_AFTER);
                    world.vm.destroy(cpu);
                });
        world.run();
    }
}
