package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.Word;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.space.AddressSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Scenarios of guest pages, by the numbers of the design notes; those of other rooms, and where
/// each of them is, are in `docs/invariants.md`.
final class PageScenariosTest {
    /// Rounds after which one that must come will not come any more.
    private static final long LATEST = 100_000_000;

    private static final int PAGES = 600;

    /// An eviction comes when the page is looked up and nobody has asked the gate yet.
    @ParameterizedTest
    @EnumSource
    void s04_aFaultThatIsOvertakenAfterItsLookupMarksNothingAndTriesAgain(World.Kind kind) {
        World.alone(
                kind,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    world.space.afterLookup =
                            c -> {
                                world.space.afterLookup = x -> {};
                                world.space.evict(c, 9);
                            };
                    overtaken(cpu, world, vcpu);
                });
    }

    /// It comes when the fault has asked without the lock, and has not taken it yet: the look under
    /// the lock is what counts.
    @ParameterizedTest
    @EnumSource
    void s04_aFaultThatIsOvertakenOnItsWayToTheLockTriesAgain(World.Kind kind) {
        Runnable[] onTheWay = {() -> {}};
        SpteSteps steps =
                new SpteSteps() {
                    @Override
                    public boolean asksTheGate() {
                        // what is asked without the lock is only a hint: as if it had said nothing
                        onTheWay[0].run();
                        return false;
                    }

                    @Override
                    public boolean asksTheGateLocked() {
                        return true;
                    }
                };
        World.alone(
                kind,
                World.config().withSteps(steps),
                PAGES,
                (cpu, world, vcpu) -> {
                    onTheWay[0] =
                            () -> {
                                onTheWay[0] = () -> {};
                                world.space.evict(cpu, 9);
                            };
                    overtaken(cpu, world, vcpu);
                });
    }

    private static void overtaken(Cpu cpu, World world, Vcpu vcpu) {
        assertThat(vcpu.access(cpu, 9, true)).isZero();
        assertThat(vcpu.stat().retries()).isEqualTo(1);
        assertThat(vcpu.stat().faults()).isEqualTo(1);
        assertThat(vcpu.page().accessed()).isEqualTo(1);
        assertThat(vcpu.page().dirtied()).isEqualTo(1);
        assertThat(world.space.held()).isZero();
    }

    @Test
    void s08_aSignalEndsALookupAndTheGuestsRun() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    world.space.needsIo = true;
                    world.space.failure = PageClaim.SIGPENDING;
                    int[] trace = {3, 4};
                    assertThat(vcpu.run(cpu, trace, 0, 2)).isZero();
                    assertThat(vcpu.error()).isEqualTo(PageClaim.SIGPENDING);
                    assertThat(vcpu.page().accessed()).isZero();
                    world.space.failure = 0;
                    assertThat(vcpu.run(cpu, trace, 0, 2)).isEqualTo(2);
                    assertThat(world.space.held()).isZero();
                });
    }

    /// A fault that took the slot before it was marked invalid ends before its pages are zapped;
    /// one that finds it invalid comes back until it is gone.
    @ParameterizedTest
    @EnumSource
    void s09_aSlotThatIsDeletedUnderAFaultLeavesNothingMapped(World.Kind kind) {
        for (boolean all : new boolean[] {true, false}) {
            World.alone(
                    kind,
                    World.config().withZapAll(all),
                    PAGES,
                    (cpu, world, vcpu) -> {
                        world.vm.createSlot(cpu, 1, 4096, 64, 0, false);
                        Word deleted = new Word();
                        world.space.afterLookup =
                                c -> {
                                    world.space.afterLookup = x -> {};
                                    world.engine.spawn(
                                            "deleter",
                                            d -> {
                                                world.vm.deleteSlot(d, 1);
                                                d.store(deleted, 1);
                                            });
                                    while (!world.vm.memslots(c).byId(1).invalid()) {
                                        c.sleep(1_000);
                                    }
                                };
                        long first = vcpu.access(cpu, 4096 + 3, true);
                        assertThat(first).isIn(0L, Vcpu.EXIT_MMIO);
                        assertThat(vcpu.page().accessed()).as("the fault was not stale").isOne();
                        long second = vcpu.access(cpu, 4096 + 4, true);
                        assertThat(second).isEqualTo(Vcpu.EXIT_MMIO);
                        cpu.block(deleted, -1, 1);
                        assertThat(world.vm.countLeaves(cpu, false)).isZero();
                        assertThat(world.space.held()).isZero();
                    });
        }
    }

    /// The log of 2 MiB leaves begins and ends: no page is marked, by whatever way it ends; the
    /// faults that map the pages again are no exception, they mark what they map.
    @ParameterizedTest
    @EnumSource
    void s10_aLogOfHugeLeavesThatBeginsAndEndsMarksNoPage(LogEnd how) {
        SmallHost small = SmallHost.virtual().thp().frames(8192);
        Rcu rcu = Rcu.start(small.engine());
        small.run(cpu -> {
            AddressSpace mm = small.host().newAddressSpace(cpu, small.host().memcgs().root());
            mm.map(cpu, 1024, 1024, small.host().objects().newAnon(), 0, true);
            Vm vm = Vm.create(cpu, World.config(), small.host().pages().of(mm), rcu);
            vm.createSlot(cpu, 0, 0, 1024, 1024, false);
            Vcpu vcpu = vm.newVcpu(cpu);
            assertThat(vcpu.runSequential(cpu, 0, 1024, true)).isEqualTo(1024);
            assertThat(vcpu.stat().hugeFaults()).isEqualTo(2);
            long accessed = vcpu.page().accessed();
            long dirtied = vcpu.page().dirtied();
            vm.dirtyLog().begin(cpu, 0);
            assertThat(vcpu.runSequential(cpu, 0, 1024, true)).isEqualTo(1024);
            vm.dirtyLog().end(cpu, 0, how);
            assertThat(vcpu.page().accessed()).isEqualTo(accessed);
            assertThat(vcpu.page().dirtied()).isEqualTo(dirtied);
            assertThat(vcpu.runSequential(cpu, 0, 1024, true)).isEqualTo(1024);
            long again = how == LogEnd.RECOVER ? 0 : 2;
            assertThat(vcpu.page().accessed() - accessed).isEqualTo(again);
            small.host().mappingChanges().exit(cpu, mm);
            vm.destroy(cpu);
        });
    }

    /// A vCPU writes one page, whose log is read and which is evicted all the while: no write is
    /// lost, and the last of those before an answer of the log is in it.
    @ParameterizedTest
    @EnumSource
    void s13_aFastFaultAgainstTheLogAndAgainstAZap(World.Kind kind) {
        int rounds = kind == World.Kind.THREADS ? 3_000 : 500;
        World world = new World(kind, 4, 4);
        Word left = new Word(3);
        world.host(
                World.config().withTlb(64).withMemory(world.space),
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    world.vm.dirtyLog().begin(cpu, 0);
                    cpu.fetchAdd(left, -1);
                    // on threads the log may begin late
                    for (long n = 1;
                            n <= rounds || vcpu.stat().fastFaults() == 0 && n < LATEST;
                            n++) {
                        assertThat(vcpu.accessData(cpu, 1, 0, true, n)).isZero();
                        assertThat(vcpu.accessData(cpu, 1, 0, false, 0)).isZero();
                        assertThat(vcpu.data()).isEqualTo(n);
                    }
                    cpu.fetchAdd(left, -1);
                    cpu.block(left, -1, 0);
                    assertThat(vcpu.stat().fastFaults()).isPositive();
                    world.vm.destroy(cpu);
                });
        world.actor(
                "log",
                cpu -> {
                    cpu.block(left, -1, 2);
                    while (cpu.load(left) == 2) {
                        world.vm.dirtyLog().get(cpu, 0);
                        cpu.sleep(3_000);
                        if ((cpu.now() & 7) == 0) {
                            world.space.evict(cpu, 1);
                        }
                    }
                    cpu.fetchAdd(left, -1);
                });
        world.run();
        assertThat(world.space.held()).isZero();
    }
}
