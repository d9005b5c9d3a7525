package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Rcu;
import org.gleaner.machine.VirtualEngine;
import org.gleaner.machine.VirtualOptions;
import org.gleaner.mm.gup.PooledPages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The counts of a dirty log, exactly: H huge leaves of 512 pages, P pages, one slot.
final class DirtyLogTest {
    static final int H = 3;
    static final int P = H * 512;

    interface Body {
        void run(Cpu cpu, Vm vm, Vcpu vcpu);
    }

    /// Runs `body` when every page was written once.
    static void populated(SpteFormat format, Body body) {
        populated(VmConfig.of(X86.of(format), World.merged()).withTlb(16), body);
    }

    static void populated(VmConfig config, Body body) {
        VirtualEngine engine =
                new VirtualEngine(CostModel.named("x86-server"), VirtualOptions.seed(7));
        Rcu rcu = Rcu.start(engine, 50_000);
        engine.spawn(
                "host",
                cpu -> {
                    Vm vm = Vm.create(cpu, config, new PooledPages(0, P, 512), rcu);
                    vm.createSlot(cpu, 0, 0, P, 0, false);
                    Vcpu vcpu = vm.newVcpu(cpu);
                    writeAll(cpu, vcpu);
                    assertThat(vcpu.stat().faults()).isEqualTo(H);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(H);
                    body.run(cpu, vm, vcpu);
                    vm.destroy(cpu);
                });
        engine.run();
    }

    static void writeAll(Cpu cpu, Vcpu vcpu) {
        for (long gfn = 0; gfn < P; gfn++) {
            assertThat(vcpu.access(cpu, gfn, true)).isZero();
        }
    }

    static int pages(long[] bits) {
        return Arrays.stream(bits).mapToInt(Long::bitCount).sum();
    }

    @Test
    void everyPassOfWritesIsLoggedByFastFaults() {
        populated(
                SpteFormat.EPT,
                (cpu, vm, vcpu) -> {
                    long flushes = vm.remoteFlushes();
                    vm.dirtyLog().begin(cpu, 0);
                    assertThat(vm.remoteFlushes() - flushes).isEqualTo(1);
                    assertThat(vm.dirtyLog().splits()).isEqualTo(H);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(P);
                    assertThat(pages(vm.dirtyLog().get(cpu, 0))).isZero();
                    assertThat(vm.remoteFlushes() - flushes).isEqualTo(1);
                    for (int pass = 1; pass <= 2; pass++) {
                        writeAll(cpu, vcpu);
                        assertThat(vcpu.stat().fastFaults()).isEqualTo((long) pass * P);
                        assertThat(vcpu.stat().faults()).isEqualTo(H);
                        assertThat(pages(vm.dirtyLog().get(cpu, 0))).isEqualTo(P);
                        assertThat(vm.remoteFlushes() - flushes).isEqualTo(1 + pass);
                    }
                    vcpu.access(cpu, 77, true);
                    long[] bits = vm.dirtyLog().get(cpu, 0);
                    assertThat(bits[1]).isEqualTo(1L << 13);
                    assertThat(pages(bits)).isEqualTo(1);
                });
    }

    @ParameterizedTest
    @EnumSource(LogEnd.class)
    void theEndCostsAFlushForEachTableOrOne(LogEnd how) {
        populated(
                SpteFormat.EPT,
                (cpu, vm, vcpu) -> {
                    vm.dirtyLog().begin(cpu, 0);
                    writeAll(cpu, vcpu);
                    long flushes = vm.remoteFlushes();
                    vm.dirtyLog().end(cpu, 0, how);
                    assertThat(vm.dirtyLog().recovered()).isEqualTo(H);
                    assertThat(vm.remoteFlushes() - flushes)
                            .isEqualTo(how == LogEnd.ZAP_AND_FLUSH_EACH ? H : 1);
                    long faults = vcpu.stat().faults();
                    writeAll(cpu, vcpu);
                    assertThat(vcpu.stat().faults() - faults)
                            .isEqualTo(how == LogEnd.RECOVER ? 0 : H);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(H);
                    flushes = vm.remoteFlushes();
                    vm.dirtyLog().end(cpu, 0, how);
                    assertThat(vm.remoteFlushes()).as("nothing left to do").isEqualTo(flushes);
                });
    }

    @Test
    void initiallySetLogsNothingBeforeTheFirstClear() {
        populated(
                SpteFormat.EPT,
                (cpu, vm, vcpu) -> {
                    DirtyLog log = vm.dirtyLog();
                    log.protectManually(true);
                    long flushes = vm.remoteFlushes();
                    log.begin(cpu, 0);
                    assertThat(log.splits()).isZero();
                    writeAll(cpu, vcpu);
                    assertThat(vcpu.stat().fastFaults()).isZero();
                    long[] all = log.get(cpu, 0);
                    assertThat(pages(all)).isEqualTo(P);
                    assertThat(vm.remoteFlushes()).isEqualTo(flushes);
                    log.clear(cpu, 0, 0, P, all);
                    assertThat(log.splits()).isEqualTo(H);
                    assertThat(vm.remoteFlushes() - flushes).isEqualTo(1);
                    assertThat(pages(log.get(cpu, 0))).isZero();
                    writeAll(cpu, vcpu);
                    assertThat(vcpu.stat().fastFaults()).isEqualTo(P);
                    assertThat(pages(log.get(cpu, 0))).isEqualTo(P);
                });
    }

    @Test
    void withoutEagerSplitsTheFirstWriteSplits() {
        populated(
                SpteFormat.EPT,
                (cpu, vm, vcpu) -> {
                    vm.dirtyLog().splitEagerly(false);
                    vm.dirtyLog().begin(cpu, 0);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(H);
                    writeAll(cpu, vcpu);
                    assertThat(vcpu.stat().faults()).isEqualTo(H + H);
                    assertThat(vcpu.stat().fastFaults()).isEqualTo(P - H);
                    assertThat(pages(vm.dirtyLog().get(cpu, 0))).isEqualTo(P);
                });
    }

    @Test
    void withoutEagerSplitsAClearedHugeLeafNeedsASlowFaultForEachPage() {
        populated(
                SpteFormat.EPT,
                (cpu, vm, vcpu) -> {
                    DirtyLog log = vm.dirtyLog();
                    log.splitEagerly(false);
                    log.protectManually(true);
                    log.begin(cpu, 0);
                    log.clear(cpu, 0, 0, P, log.get(cpu, 0));
                    writeAll(cpu, vcpu);
                    assertThat(vcpu.stat().faults()).isEqualTo(H + P);
                    assertThat(vcpu.stat().fastFaults()).isZero();
                    assertThat(pages(log.get(cpu, 0))).isEqualTo(P);
                });
    }

    @Test
    void whatCannotBeAskedIsRefused() {
        populated(
                SpteFormat.NPT,
                (cpu, vm, vcpu) -> {
                    DirtyLog log = vm.dirtyLog();
                    assertThatThrownBy(() -> log.get(cpu, 0)).hasMessageContaining("-ENOENT");
                    assertThatThrownBy(() -> log.begin(cpu, 9)).hasMessage("no memory slot 9");
                    log.begin(cpu, 0);
                    assertThatThrownBy(() -> log.clear(cpu, 0, 1, 64, new long[1]))
                            .hasMessageContaining("-EINVAL");
                    assertThatThrownBy(() -> log.clear(cpu, 0, 0, 63, new long[1]))
                            .hasMessageContaining("-EINVAL");
                    assertThatThrownBy(() -> log.clear(cpu, 0, P, 64, new long[1]))
                            .hasMessageContaining("-EINVAL");
                    log.clear(cpu, 0, 64, 64, new long[1]);
                });
    }
}
