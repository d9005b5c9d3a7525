package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gleaner.kvm.DirtyLogTest.H;
import static org.gleaner.kvm.DirtyLogTest.P;
import static org.gleaner.kvm.DirtyLogTest.pages;
import static org.gleaner.kvm.DirtyLogTest.writeAll;

import java.util.SplittableRandom;
import org.gleaner.kvm.DirtyLogTest.Body;
import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.mmu.LogEnd;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.pagetable.Geometry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What each step of a dirty log costs, with and without what hardware notes itself (PML), exactly:
/// H huge leaves of 512 pages, P pages, one slot, one vCPU. And that each of its invariants fires.
final class DirtyLogCountsTest {
    private static VmConfig config(boolean pml) {
        return VmConfig.of(X86.EPT, World.merged()).withTlb(16).withPml(pml);
    }

    private static void populated(boolean pml, Body body) {
        DirtyLogTest.populated(config(pml), body);
    }

    /// Counts what is done between two looks.
    private static final class Tally {
        private final Vm vm;
        private final Vcpu vcpu;
        private long slow;
        private long fast;
        private long flushes;
        private long splits;
        private long entries;
        private long full;

        Tally(Vm vm, Vcpu vcpu) {
            this.vm = vm;
            this.vcpu = vcpu;
            next();
        }

        private void next() {
            slow = vcpu.stat().faults();
            fast = vcpu.stat().fastFaults();
            flushes = vm.remoteFlushes();
            splits = vm.dirtyLog().splits();
            entries = vcpu.stat().logEntries();
            full = vcpu.stat().logFullExits();
        }

        /// @param counts slow and fast faults, flushes, splits, PML entries, PML full exits
        void since(String step, long... counts) {
            assertThat(
                            new long[] {
                                vcpu.stat().faults() - slow,
                                vcpu.stat().fastFaults() - fast,
                                vm.remoteFlushes() - flushes,
                                vm.dirtyLog().splits() - splits,
                                vcpu.stat().logEntries() - entries,
                                vcpu.stat().logFullExits() - full
                            })
                    .as(step)
                    .containsExactly(counts);
            next();
        }
    }

    /// All pages in one run: the guest exits for nothing else.
    private static void writeInOneRun(Cpu cpu, Vcpu vcpu) {
        assertThat(vcpu.runSequential(cpu, 0, P, true)).isEqualTo(P);
    }

    /// The hardware exits when it has an entry more than there is room for, so before the last 512.
    private static final int FULL = (P - 1) / 512;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nonManual(boolean pml) {
        populated(
                pml,
                (cpu, vm, vcpu) -> {
                    Tally tally = new Tally(vm, vcpu);
                    vm.dirtyLog().begin(cpu, 0);
                    tally.since("enable", 0, 0, 1, H, 0, 0);
                    for (int pass = 1; pass <= 2; pass++) {
                        writeInOneRun(cpu, vcpu);
                        assertThat(vcpu.logsInHardware()).isEqualTo(pml);
                        if (pml) {
                            tally.since("pass", 0, 0, 0, 0, P, FULL);
                        } else {
                            tally.since("pass", 0, P, 0, 0, 0, 0);
                        }
                        vm.dirtyLog().check(cpu);
                        assertThat(pages(vm.dirtyLog().get(cpu, 0))).isEqualTo(P);
                        tally.since("get", 0, 0, 1, 0, 0, 0);
                        vm.dirtyLog().check(cpu);
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manualAndInitiallySet(boolean pml) {
        populated(
                pml,
                (cpu, vm, vcpu) -> {
                    Tally tally = new Tally(vm, vcpu);
                    DirtyLog log = vm.dirtyLog();
                    log.protectManually(true);
                    log.begin(cpu, 0);
                    tally.since("enable", 0, 0, 0, 0, 0, 0);
                    writeInOneRun(cpu, vcpu);
                    tally.since("pass 1", 0, 0, 0, 0, 0, 0);
                    log.check(cpu);
                    long[] all = log.get(cpu, 0);
                    assertThat(pages(all)).isEqualTo(P);
                    tally.since("get", 0, 0, 0, 0, 0, 0);
                    log.clear(cpu, 0, 0, P, all);
                    tally.since("first clear", 0, 0, 1, H, 0, 0);
                    log.check(cpu);
                    for (int pass = 2; pass <= 3; pass++) {
                        writeInOneRun(cpu, vcpu);
                        if (pml) {
                            tally.since("pass", 0, 0, 0, 0, P, FULL);
                        } else {
                            tally.since("pass", 0, P, 0, 0, 0, 0);
                        }
                        all = log.get(cpu, 0);
                        assertThat(pages(all)).isEqualTo(P);
                        log.clear(cpu, 0, 0, P, all);
                        tally.since("clear", 0, 0, 1, 0, 0, 0);
                    }
                    log.clear(cpu, 0, 0, P, all);
                    tally.since("nothing to clear", 0, 0, 0, 0, 0, 0);
                });
    }

    /// A huge leaf that has lost W is split by the first write; its siblings still are
    /// MMU-writable.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutEagerSplits(boolean pml) {
        populated(
                pml,
                (cpu, vm, vcpu) -> {
                    Tally tally = new Tally(vm, vcpu);
                    vm.dirtyLog().splitEagerly(false);
                    vm.dirtyLog().begin(cpu, 0);
                    tally.since("enable", 0, 0, 1, 0, 0, 0);
                    writeInOneRun(cpu, vcpu);
                    tally.since("pass", H, P - H, 0, 0, 0, 0);
                    assertThat(pages(vm.dirtyLog().get(cpu, 0))).isEqualTo(P);
                });
    }

    /// A huge leaf that was cleared has lost MMU-W as well, and so have its siblings.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutEagerSplitsAndInitiallySet(boolean pml) {
        populated(
                pml,
                (cpu, vm, vcpu) -> {
                    DirtyLog log = vm.dirtyLog();
                    log.splitEagerly(false);
                    log.protectManually(true);
                    log.begin(cpu, 0);
                    log.clear(cpu, 0, 0, P, log.get(cpu, 0));
                    Tally tally = new Tally(vm, vcpu);
                    writeInOneRun(cpu, vcpu);
                    tally.since("pass", P, 0, 0, 0, 0, 0);
                    assertThat(pages(log.get(cpu, 0))).isEqualTo(P);
                });
    }

    @ParameterizedTest
    @EnumSource(LogEnd.class)
    void theEnd(LogEnd how) {
        populated(
                true,
                (cpu, vm, vcpu) -> {
                    vm.dirtyLog().begin(cpu, 0);
                    writeInOneRun(cpu, vcpu);
                    Tally tally = new Tally(vm, vcpu);
                    vm.dirtyLog().end(cpu, 0, how);
                    tally.since("disable", 0, 0, how == LogEnd.ZAP_AND_FLUSH_EACH ? H : 1, 0, 0, 0);
                    writeInOneRun(cpu, vcpu);
                    assertThat(vcpu.logsInHardware()).isFalse();
                    tally.since("refaults", how == LogEnd.RECOVER ? 0 : H, 0, 0, 0, 0, 0);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(H);
                });
    }

    /// Entries are taken oldest first, at whatever exit comes first.
    @Test
    void hardwareNotesAreTakenAtEveryExit() {
        populated(
                true,
                (cpu, vm, vcpu) -> {
                    vm.dirtyLog().begin(cpu, 0);
                    for (int gfn = 0; gfn < 700; gfn++) {
                        vcpu.access(cpu, gfn, true);
                        assertThat(vcpu.stat().logEntries()).isEqualTo(gfn + 1);
                    }
                    assertThat(vcpu.stat().logFullExits()).isZero();
                    assertThat(pages(vm.dirtyLog().get(cpu, 0))).isEqualTo(700);
                });
    }

    /// KVM's `dirty_log_page_splitting_test`: leaves that map all, by their number.
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void dirtyLogPageSplittingTest(boolean manual, boolean pml) {
        populated(
                pml,
                (cpu, vm, vcpu) -> {
                    DirtyLog log = vm.dirtyLog();
                    if (manual) {
                        log.protectManually(true);
                    }
                    log.begin(cpu, 0);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(manual ? H : P);
                    for (int pass = 0; pass < 2; pass++) {
                        writeInOneRun(cpu, vcpu);
                        long[] bits = log.get(cpu, 0);
                        if (manual) {
                            log.clear(cpu, 0, 0, P, bits);
                        }
                        assertThat(vm.countLeaves(cpu, false)).isEqualTo(P);
                    }
                    log.end(cpu, 0, LogEnd.RECOVER);
                    writeInOneRun(cpu, vcpu);
                    assertThat(vm.countLeaves(cpu, false)).isEqualTo(H);
                });
    }

    /// KVM's `dirty_log_test`, the vCPU at rest while the log is looked at: a page whose bit is set
    /// was written to since the last look, and one whose bit is not was not.
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void dirtyLogTest(boolean manual, boolean pml) {
        populated(
                pml,
                (cpu, vm, vcpu) -> {
                    DirtyLog log = vm.dirtyLog();
                    if (manual) {
                        log.protectManually(false);
                    }
                    log.begin(cpu, 0);
                    SplittableRandom random = new SplittableRandom(7);
                    int[] value = new int[P];
                    for (int iteration = 1; iteration <= 20; iteration++) {
                        for (int k = random.nextInt(400); k >= 0; k--) {
                            int gfn = random.nextInt(P);
                            boolean write = random.nextInt(4) > 0;
                            vcpu.access(cpu, gfn, write);
                            if (write) {
                                value[gfn] = iteration;
                            }
                        }
                        log.check(cpu);
                        long[] bits = log.get(cpu, 0);
                        if (manual) {
                            log.clear(cpu, 0, 0, P, bits);
                        }
                        for (int gfn = 0; gfn < P; gfn++) {
                            boolean set = (bits[gfn >> 6] >>> gfn & 1) != 0;
                            assertThat(set).as("page %d", gfn).isEqualTo(value[gfn] == iteration);
                        }
                    }
                });
    }

    // --- each invariant fires ----------------------------------------------------------------

    private static void fires(String name, boolean pml, SpteSteps steps, Body body) {
        assertThatThrownBy(() -> DirtyLogTest.populated(config(pml).withSteps(steps), body))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith(name);
    }

    private static void writeLogged(Cpu cpu, Vm vm, Vcpu vcpu) {
        vm.dirtyLog().begin(cpu, 0);
        writeAll(cpu, vcpu);
        vm.dirtyLog().check(cpu);
    }

    @Test
    void l1WhatMayBeWrittenToIsInTheLog() {
        fires(
                "L1",
                false,
                new SpteSteps() {
                    @Override
                    public boolean marksFastFaults() {
                        return false;
                    }
                },
                DirtyLogCountsTest::writeLogged);
    }

    @Test
    void l2WhatHardwareHasNotedIsInTheLog() {
        fires(
                "L2",
                true,
                new SpteSteps() {
                    @Override
                    public boolean marksNotes() {
                        return false;
                    }
                },
                DirtyLogCountsTest::writeLogged);
    }

    @Test
    void l3NoHugeLeafOfALogMayBeWrittenTo() {
        fires(
                "L3",
                false,
                new SpteSteps() {
                    @Override
                    public long clearBits(Cpu cpu, long[] words, int i, long old, long bits) {
                        return old;
                    }
                },
                (cpu, vm, vcpu) -> {
                    DirtyLog log = vm.dirtyLog();
                    log.splitEagerly(false);
                    log.protectManually(true);
                    log.begin(cpu, 0);
                    log.check(cpu);
                    log.clear(cpu, 0, 0, P, log.get(cpu, 0));
                    log.check(cpu);
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void l4NoWritePastTheLogAfterItsFlush(boolean pml) {
        fires(
                "L4",
                pml,
                new SpteSteps() {
                    @Override
                    public boolean flushesAfterClear() {
                        return false;
                    }
                },
                (cpu, vm, vcpu) -> {
                    vm.dirtyLog().begin(cpu, 0);
                    vcpu.access(cpu, 0, true);
                    vm.dirtyLog().get(cpu, 0);
                    vcpu.access(cpu, 0, true);
                });
    }

    @Test
    void l6NothingIsRecoveredWhileItIsLogged() {
        fires(
                "L6",
                false,
                new SpteSteps() {
                    @Override
                    public boolean endsLogFirst() {
                        return false;
                    }
                },
                (cpu, vm, vcpu) -> {
                    writeLogged(cpu, vm, vcpu);
                    vm.dirtyLog().end(cpu, 0, LogEnd.RECOVER);
                });
    }

    @Test
    void l7RecoveryTranslatesAsBefore() {
        fires(
                "L7",
                false,
                new SpteSteps() {
                    @Override
                    public long recoveredPfn(long pfn, int level) {
                        return super.recoveredPfn(pfn, level) + Geometry.FOUR_BY_NINE.pages(level);
                    }
                },
                (cpu, vm, vcpu) -> {
                    writeLogged(cpu, vm, vcpu);
                    vm.dirtyLog().end(cpu, 0, LogEnd.RECOVER);
                });
    }
}
