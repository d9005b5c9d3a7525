package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockDep;
import org.gleaner.machine.Rcu;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.space.AddressSpace;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.DiskTiming;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Pages that are not there are fetched by a worker.
final class AsyncFaultsTest {
    private static final int PAGES = 64;

    private static VmConfig config(AsyncFaults.Mode mode) {
        return World.config().withAsyncFaults(mode);
    }

    private static void alone(World.Kind kind, VmConfig config, World.Body body) {
        World world = new World(kind, PAGES, PAGES);
        world.space.needsIo = true;
        world.host(
                config,
                cpu -> {
                    world.engine.daemon("worker", world.vm.asyncWorker());
                    body.run(cpu, world, world.vm.newVcpu(cpu));
                    world.vm.destroy(cpu);
                    assertThat(world.space.held()).isZero();
                });
        world.run();
    }

    /// The page is looked up three times: in vain, by the worker, and again for no access. Then it
    /// is mapped, and the access only hits.
    @ParameterizedTest
    @EnumSource
    void s06_aPageThatNeedsIoIsFetchedByAWorkerAndPrefetchedWhenItIsReady(World.Kind kind) {
        alone(
                kind,
                config(AsyncFaults.Mode.HALT),
                (cpu, world, vcpu) -> {
                    world.space.afterLookup = c -> world.space.needsIo = false;
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                    AsyncFaults async = vcpu.asyncFaults();
                    assertThat(async.queued()).isEqualTo(1);
                    assertThat(async.halts()).isEqualTo(1);
                    assertThat(async.fixed()).isEqualTo(1);
                    assertThat(vcpu.stat().faults()).isEqualTo(1);
                    assertThat(vcpu.stat().hits()).isEqualTo(1);
                    assertThat(world.space.evict(cpu, 3)).as("nobody kept it").isTrue();
                });
    }

    @ParameterizedTest
    @EnumSource
    void aGuestThatIsToldDoesSomethingElseMeanwhile(World.Kind kind) {
        alone(
                kind,
                config(AsyncFaults.Mode.PARAVIRTUAL),
                (cpu, world, vcpu) -> {
                    AsyncFaults async = vcpu.asyncFaults();
                    assertThat(vcpu.access(cpu, 3, true)).isEqualTo(Vcpu.PAGE_NOT_PRESENT);
                    long token = async.token();
                    assertThat(token).isPositive();
                    world.space.needsIo = false;
                    assertThat(vcpu.access(cpu, 4, true)).isZero();
                    while (async.fixed() == 0) {
                        cpu.sleep(10_000);
                        assertThat(vcpu.access(cpu, 4, true)).isZero();
                    }
                    assertThat(async.takeReady()).isEqualTo(token);
                    assertThat(async.takeReady()).isZero();
                    long faults = vcpu.stat().faults();
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                    assertThat(vcpu.stat().faults()).isEqualTo(faults);
                    assertThat(async.halts()).isZero();
                });
    }

    @Test
    void whoTriesAgainBeforeThePageIsThereIsHalted() {
        alone(
                World.Kind.VIRTUAL,
                config(AsyncFaults.Mode.PARAVIRTUAL),
                (cpu, world, vcpu) -> {
                    world.space.afterLookup = c -> c.sleep(1_000_000);
                    assertThat(vcpu.access(cpu, 3, true)).isEqualTo(Vcpu.PAGE_NOT_PRESENT);
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                    AsyncFaults async = vcpu.asyncFaults();
                    assertThat(async.queued()).isEqualTo(1);
                    assertThat(async.halts()).isEqualTo(1);
                });
    }

    /// More pages than a vCPU may have on their way it fetches itself; and those of a read-only
    /// slot, for which the worker could not ask.
    @Test
    void whatCannotBeHandedOverIsFetchedAtOnce() {
        VmConfig config = config(AsyncFaults.Mode.PARAVIRTUAL);
        World world = new World(World.Kind.VIRTUAL, 128, 128);
        world.space.needsIo = true;
        world.host(
                config,
                cpu -> {
                    Vcpu vcpu = world.vm.newVcpu(cpu);
                    world.vm.createSlot(cpu, 1, 4096, 16, 0, true);
                    assertThat(vcpu.access(cpu, 4096, false)).isZero();
                    for (int page = 0; page < AsyncFaults.MOST; page++) {
                        assertThat(vcpu.access(cpu, page, false)).isEqualTo(Vcpu.PAGE_NOT_PRESENT);
                    }
                    assertThat(vcpu.access(cpu, 100, false)).isZero();
                    assertThat(vcpu.asyncFaults().queued()).isEqualTo(AsyncFaults.MOST);
                    // no worker has begun: the end forgets them
                    world.vm.destroy(cpu);
                });
        world.run();
        assertThat(world.space.held()).isZero();
    }

    /// A page that nobody can have also needs I/O at first (a special entry of a mixed mapping, a
    /// page beyond the end of a file, secret memory).
    @Test
    void tm9_aPageThatCannotBeHadIsHandedOverOnceAndThenTheAccessFails() {
        alone(
                World.Kind.VIRTUAL,
                config(AsyncFaults.Mode.HALT),
                (cpu, world, vcpu) -> {
                    world.space.failure = PageClaim.FAULT;
                    assertThat(vcpu.access(cpu, 3, true)).isEqualTo(PageClaim.FAULT);
                    assertThat(vcpu.asyncFaults().queued()).isEqualTo(1);
                    assertThat(vcpu.asyncFaults().failed()).isEqualTo(1);
                    assertThat(vcpu.access(cpu, 3, true)).isEqualTo(PageClaim.FAULT);
                    assertThat(vcpu.asyncFaults().queued()).isEqualTo(2);
                });
    }

    @Test
    void tm9_upstreamHandsItOverForEver() {
        SpteSteps upstream =
                new SpteSteps() {
                    @Override
                    public boolean deliversFailedAsyncFaults() {
                        return false;
                    }
                };
        int rounds = 1000;
        alone(
                World.Kind.VIRTUAL,
                config(AsyncFaults.Mode.HALT).withSteps(upstream),
                (cpu, world, vcpu) -> {
                    world.space.failure = PageClaim.FAULT;
                    world.engine.spawn(
                            "patience",
                            c -> {
                                while (vcpu.asyncFaults().failed() < rounds) {
                                    c.sleep(1_000_000);
                                }
                                world.space.failure = 0;
                            });
                    assertThat(vcpu.access(cpu, 3, true)).isZero();
                    assertThat(vcpu.asyncFaults().queued()).isGreaterThan(rounds);
                });
    }

    @Test
    void aVmWithoutThemHasNoWorker() {
        World.alone(
                World.Kind.VIRTUAL,
                World.config(),
                PAGES,
                (cpu, world, vcpu) -> {
                    assertThat(vcpu.asyncFaults()).isNull();
                    assertThatThrownBy(world.vm::asyncWorker)
                            .isInstanceOf(IllegalStateException.class);
                });
    }

    /// On a real host whose pages are on a disk: each is read once, whoever waits for it.
    @ParameterizedTest
    @EnumSource
    void whatIsOnTheDiskIsReadOnceByWhoever(AsyncFaults.Mode mode) {
        SmallHost small = SmallHost.virtual().disk(DiskTiming.NVME).frames(4000).cpus(10);
        Rcu rcu = Rcu.start(small.engine());
        small.run(cpu -> onDisk(cpu, small, rcu, mode));
        assertThat(small.stat(VmEvent.PSWPIN)).isEqualTo(PAGES);
    }

    private static void onDisk(Cpu cpu, SmallHost small, Rcu rcu, AsyncFaults.Mode mode) {
        AddressSpace mm = small.host().newAddressSpace(cpu, small.host().memcgs().root());
        mm.map(cpu, 512, PAGES, small.host().objects().newAnon(), 0, true);
        Vm vm = Vm.create(cpu, config(mode), small.host().pages().of(mm), rcu);
        vm.createSlot(cpu, 0, 0, PAGES, 512, false);
        Vcpu vcpu = vm.newVcpu(cpu);
        assertThat(vcpu.runSequential(cpu, 0, PAGES, true)).isEqualTo(PAGES);
        // gone from the swap cache, too
        while (small.stat(VmEvent.PGSTEAL) < PAGES) {
            small.host().memcgFiles().reclaim(cpu, small.host().memcgs().root(), PAGES);
            cpu.sleep(10_000_000);
        }
        if (mode != AsyncFaults.Mode.OFF) {
            Cpu worker = small.engine().daemon("worker", vm.asyncWorker());
            worker.lockDep = new LockDep();
        }
        for (int page = 0; page < PAGES; page++) {
            while (vcpu.access(cpu, page, true) == Vcpu.PAGE_NOT_PRESENT) {
                cpu.sleep(1_000);
            }
        }
        AsyncFaults async = vcpu.asyncFaults();
        if (async != null) {
            assertThat(async.queued()).isEqualTo(PAGES);
            // a guest that is told tries again, and may find the page before it is mapped for it
            long own = mode == AsyncFaults.Mode.PARAVIRTUAL ? PAGES / 8 : 0;
            assertThat(async.fixed()).isBetween(PAGES - own, (long) PAGES);
        }
        small.host().mappingChanges().exit(cpu, mm);
        vm.destroy(cpu);
    }
}
