package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gleaner.kvm.DirtyLogTest.H;
import static org.gleaner.kvm.DirtyLogTest.P;
import static org.gleaner.kvm.DirtyLogTest.pages;
import static org.gleaner.kvm.DirtyLogTest.writeAll;

import org.gleaner.kvm.arch.Architecture;
import org.gleaner.kvm.arch.Arm64;
import org.gleaner.kvm.mmu.Invalidations;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.machine.Cpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a dirty log costs on arm64 with H blocks of 512 pages, P pages: blocks that stay until they
/// are written to, or that are split when the log begins (`KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE`).
final class EagerSplitTest {
    private static VmConfig config(Architecture arch) {
        return VmConfig.of(arch, World.merged()).withTlb(16);
    }

    private static final class Tally {
        private final Vm vm;
        private final Vcpu vcpu;
        private long translation;
        private long permission;
        private long flushes;
        private long splits;

        Tally(Vm vm, Vcpu vcpu) {
            this.vm = vm;
            this.vcpu = vcpu;
            next();
        }

        private void next() {
            translation = vcpu.stat().translationFaults();
            permission = vcpu.stat().permissionFaults();
            flushes = vm.remoteFlushes();
            splits = vm.dirtyLog().splits();
        }

        /// @param counts faults without an entry, faults without a right, flushes, splits
        void since(String step, long... counts) {
            assertThat(
                            new long[] {
                                vcpu.stat().translationFaults() - translation,
                                vcpu.stat().permissionFaults() - permission,
                                vm.remoteFlushes() - flushes,
                                vm.dirtyLog().splits() - splits
                            })
                    .as(step)
                    .containsExactly(counts);
            next();
        }
    }

    /// The first write to each block breaks it, and the rest of it is lost.
    @Test
    void byDefaultABlockIsBrokenByItsFirstWrite() {
        DirtyLogTest.populated(
                config(Arm64.HARDWARE_FLAG),
                (cpu, vm, vcpu) -> {
                    Tally tally = new Tally(vm, vcpu);
                    vm.dirtyLog().begin(cpu, 0);
                    tally.since("enable", 0, 0, 1, 0);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(H);
                    writeAll(cpu, vcpu);
                    tally.since("pass 1", P - H, H, H, 0);
                    passes(cpu, vm, vcpu, tally);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void splitEagerlyNothingIsLost(boolean hardwareFlag) {
        DirtyLogTest.populated(
                config(hardwareFlag ? Arm64.HARDWARE_FLAG : Arm64.SOFTWARE_FLAG),
                (cpu, vm, vcpu) -> {
                    vm.dirtyLog().splitEagerly(true);
                    Tally tally = new Tally(vm, vcpu);
                    vm.dirtyLog().begin(cpu, 0);
                    tally.since("enable", 0, 0, 1 + H, H);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(P);
                    assertThat(vm.countLeaves(cpu, true)).as("made young").isEqualTo(P);
                    assertThat(pages(vm.dirtyLog().get(cpu, 0))).isZero();
                    writeAll(cpu, vcpu);
                    tally.since("pass 1", 0, P, 0, 0);
                    assertThat(vm.invalidations()).isEqualTo(new Invalidations(0, H, P));
                    passes(cpu, vm, vcpu, tally);
                    assertThat(vm.invalidations()).isEqualTo(new Invalidations(0, H, 2 * P));
                    assertThat(vm.remoteFlushes() - H).as("begin and get").isEqualTo(2);
                });
    }

    private static void passes(Cpu cpu, Vm vm, Vcpu vcpu, Tally tally) {
        vm.dirtyLog().check(cpu);
        assertThat(pages(vm.dirtyLog().get(cpu, 0))).isEqualTo(P);
        tally.since("get", 0, 0, 1, 0);
        writeAll(cpu, vcpu);
        tally.since("pass 2", 0, P, 0, 0);
        vm.dirtyLog().end(cpu, 0, LogEnd.RECOVER);
        writeAll(cpu, vcpu);
        tally.since("touch again", 0, 0, 0, 0);
        assertThat(vm.countLeaves(cpu, false)).as("blocks come back by faults alone").isEqualTo(P);
    }

    /// With all pages dirty at first, what is cleared is split; its block was protected as a whole.
    @Test
    void initiallySetSplitsWhatIsCleared() {
        DirtyLogTest.populated(
                config(Arm64.HARDWARE_FLAG),
                (cpu, vm, vcpu) -> {
                    DirtyLog log = vm.dirtyLog();
                    log.splitEagerly(true);
                    log.protectManually(true);
                    Tally tally = new Tally(vm, vcpu);
                    log.begin(cpu, 0);
                    tally.since("enable", 0, 0, 0, 0);
                    writeAll(cpu, vcpu);
                    tally.since("pass 1", 0, 0, 0, 0);
                    log.check(cpu);
                    log.clear(cpu, 0, 64, 64, new long[] {-1L});
                    tally.since("clear of a word", 0, 0, 2, 1);
                    log.check(cpu);
                    for (int page = 0; page < 512; page++) {
                        assertThat(vcpu.access(cpu, page, true)).isZero();
                    }
                    tally.since("the pages of its block", 0, 512, 0, 0);
                    long[] all = log.get(cpu, 0);
                    assertThat(pages(all)).isEqualTo(P);
                    log.clear(cpu, 0, 0, P, all);
                    tally.since("clear of all", 0, 0, H, H - 1);
                    writeAll(cpu, vcpu);
                    tally.since("pass 2", 0, P, 0, 0);
                });
    }

    @Test
    void aChunkIsABlockAndToldBeforeThereIsMemory() {
        World world = new World(World.Kind.VIRTUAL, 16, 16);
        world.engine.spawn(
                "host",
                cpu -> {
                    Vm vm =
                            Vm.create(
                                    cpu,
                                    VmConfig.of(Arm64.HARDWARE_FLAG, World.merged()),
                                    world.space,
                                    world.rcu);
                    DirtyLog log = vm.dirtyLog();
                    for (long good : new long[] {0, 2L << 20, 1L << 30}) {
                        log.splitInChunks(cpu, good);
                    }
                    for (long bad : new long[] {1, 4096, 4L << 20, 1L << 39, -1}) {
                        assertThatThrownBy(() -> log.splitInChunks(cpu, bad))
                                .hasMessage(
                                        "-EINVAL: "
                                                + bad
                                                + " bytes are no block of this processor");
                    }
                    vm.createSlot(cpu, 0, 0, 16, 0, false);
                    assertThatThrownBy(() -> log.splitInChunks(cpu, 2L << 20))
                            .hasMessage("-EINVAL: the VM has memory slots already");
                    vm.destroy(cpu);
                    Vm x86 = Vm.create(cpu, World.config(), world.space, world.rcu);
                    assertThatThrownBy(() -> x86.dirtyLog().splitInChunks(cpu, 2L << 20))
                            .hasMessage("-EINVAL: this processor splits without chunks");
                    x86.destroy(cpu);
                });
        world.run();
    }
}
