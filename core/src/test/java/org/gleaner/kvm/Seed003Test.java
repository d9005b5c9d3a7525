package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gleaner.kvm.pfn.PfnDesign.BEFORE;
import static org.gleaner.kvm.pfn.PfnDesign.MERGED;

import org.gleaner.kvm.arch.X86;
import org.gleaner.kvm.mmu.Fault;
import org.gleaner.kvm.mmu.PageMarks;
import org.gleaner.kvm.pfn.EntryMarks;
import org.gleaner.kvm.pfn.FaultInPage;
import org.gleaner.kvm.pfn.PageLedger;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.mm.aging.AgingPlan;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The series that made the ownership of a guest's host pages plain, patch by patch, where x86 or
/// common code shows it; `docs/seed-003.md` is the table.
final class Seed003Test {
    private static final int PAGES = 600;
    private static final int DRIVERS = PAGES - 1;

    private static void run(PfnDesign design, World.Body body) {
        World.alone(World.Kind.VIRTUAL, World.config().withPfn(design), PAGES, body);
    }

    /// A lookup of its own, beside those of the vCPU.
    private record Bench(FaultInPage page, QueuedRwLock lock, PageLedger ledger, Fault fault) {
        static Bench over(FakeSpace space, PfnDesign design) {
            QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
            PageLedger ledger = new PageLedger();
            FaultInPage page = new FaultInPage(space, design, lock, ledger);
            return new Bench(page, lock, ledger, new Fault());
        }

        int lookUp(Cpu cpu, long vpn, int how) {
            return page.lookUp(cpu, vpn, how, fault);
        }
    }

    @Test
    void patch04TheReleaseOfNoPageDoesNothing() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    world.space.driverFrame = DRIVERS;
                    Bench bench = Bench.over(world.space, MERGED);
                    assertThat(bench.lookUp(cpu, 1, Lookup.WRITE)).isZero();
                    assertThat(bench.fault.pfn).isEqualTo(DRIVERS);
                    bench.page.release(cpu, true, true);
                    assertThat(bench.page.accessed() + bench.page.dirtied()).isZero();
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void patch05AnUnusedPageIsPutAndNotMarked() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    Bench bench = Bench.over(world.space, MERGED);
                    bench.lookUp(cpu, 1, Lookup.WRITE);
                    assertThat(world.space.held()).isEqualTo(1);
                    bench.page.release(cpu, true, true);
                    assertThat(world.space.held()).isZero();
                    assertThat(world.space.marked.get()).isZero();
                    assertThat(world.space.isDirty(world.space.frameOf(1))).isFalse();
                });
    }

    @ParameterizedTest
    @EnumSource
    void patch07And08And81AZapMarksNothing(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 3, true);
                    assertThat(vcpu.page().accessed()).isEqualTo(1);
                    assertThat(vcpu.page().dirtied()).isEqualTo(1);
                    world.space.evict(cpu, 3);
                    if (design == BEFORE) {
                        assertThat(world.vm.entryMarks().accessed()).isEqualTo(1);
                        assertThat(world.vm.entryMarks().dirtied(PageMarks.Cause.ZAP)).isEqualTo(1);
                    } else {
                        assertThat(world.vm.entryMarks()).isNull();
                        assertThat(world.space.marked.get()).isEqualTo(1);
                    }
                });
    }

    /// Four pages are written and logged, and the log is read twice: D is noted once for each entry
    /// that loses W.
    @ParameterizedTest
    @EnumSource
    void patch07TheDirtyLogMarksNothing(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    writeFour(cpu, vcpu);
                    world.vm.dirtyLog().begin(cpu, 0);
                    assertThat(dirtied(world, PageMarks.Cause.CLEAR_DIRTY)).isZero();
                    writeFour(cpu, vcpu);
                    world.vm.dirtyLog().get(cpu, 0);
                    world.vm.dirtyLog().get(cpu, 0);
                    assertThat(dirtied(world, PageMarks.Cause.CLEAR_DIRTY))
                            .isEqualTo(design == BEFORE ? 4 : 0);
                    assertThat(vcpu.page().dirtied()).isEqualTo(4);
                });
    }

    /// Without A and D bits, W is what says that a page was written to, and aging takes it. Who
    /// ages without `mmu_lock` cannot know whose the page is by now, and tells it nothing.
    @ParameterizedTest
    @CsvSource({
        "BEFORE, locked, 2",
        "V12, locked, 0",
        "MERGED, locked, 0",
        "BEFORE, merged, 0",
        "MERGED, merged, 0"
    })
    void patch07AgingAndTheStartOfALogMarkNothingWithoutDirtyBits(
            PfnDesign design, String aging, long marks) {
        World.alone(
                World.Kind.VIRTUAL,
                VmConfig.of(X86.EPT_NO_AD, AgingPlan.parse(aging)).withPfn(design),
                PAGES,
                (cpu, world, vcpu) -> {
                    writeFour(cpu, vcpu);
                    world.space.notifiers.clearYoung(cpu, 0, 2);
                    world.space.notifiers.clearYoung(cpu, 0, 2);
                    world.vm.dirtyLog().begin(cpu, 0);
                    assertThat(dirtied(world, PageMarks.Cause.AGE)).isEqualTo(marks);
                    assertThat(dirtied(world, PageMarks.Cause.CLEAR_DIRTY))
                            .isEqualTo(design == BEFORE ? 2 : 0);
                    assertThat(vcpu.page().dirtied()).isEqualTo(4);
                });
    }

    private static void writeFour(Cpu cpu, Vcpu vcpu) {
        for (int page = 0; page < 4; page++) {
            assertThat(vcpu.access(cpu, page, true)).isZero();
        }
    }

    private static long dirtied(World world, PageMarks.Cause cause) {
        EntryMarks marks = world.vm.entryMarks();
        return marks == null ? 0 : marks.dirtied(cause);
    }

    @Test
    void patch13ALookupUnderMmuLockBreaksF1() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    Bench bench = Bench.over(world.space, MERGED);
                    bench.lock.readLock(cpu);
                    assertThatThrownBy(() -> bench.lookUp(cpu, 1, 0))
                            .hasMessageContaining("F1 sleeping-allowed");
                    bench.lock.readUnlock(cpu);
                });
    }

    @Test
    void patch14AMissThatMayNotSleepNeedsIoAndOwnsNothing() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    world.space.needsIo = true;
                    Bench bench = Bench.over(world.space, MERGED);
                    assertThat(bench.lookUp(cpu, 1, Lookup.NOWAIT)).isEqualTo(PageClaim.NEEDS_IO);
                    assertThat(bench.fault.pfn).isEqualTo(-1);
                    bench.ledger.checkEmpty();
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void patch17TheErrorsOfASlotComeBeforeAnythingIsLookedAt() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    world.space.failure = PageClaim.FAULT;
                    world.vm.createSlot(cpu, 1, 1L << 20, 16, 0, true);
                    assertThat(vcpu.access(cpu, 1L << 20, true)).isEqualTo(Vcpu.EXIT_MMIO);
                    assertThat(vcpu.access(cpu, 1L << 30, true)).isEqualTo(Vcpu.EXIT_MMIO);
                    assertThat(vcpu.page().lookups()).isZero();
                    assertThat(vcpu.access(cpu, 1L << 20, false)).isEqualTo(PageClaim.FAULT);
                });
    }

    @Test
    void patch43ALookupThatHasNowhereToAnswerBreaksF3() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    Bench bench = Bench.over(world.space, MERGED);
                    assertThatThrownBy(() -> bench.page.lookUp(cpu, 1, 0, null))
                            .hasMessageContaining("F3 both-out-slots");
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void patch44FirstWithoutSleepingThenUntilASignal() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    world.space.needsIo = true;
                    assertThat(vcpu.access(cpu, 1, true)).isZero();
                    int write = Lookup.WRITE | Lookup.WANT_WRITABLE;
                    assertThat(world.space.asked)
                            .containsExactly(write | Lookup.NOWAIT, write | Lookup.INTERRUPTIBLE);
                });
    }

    @ParameterizedTest
    @EnumSource
    void patch47AFaultThatRetriesMarksNothing(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    world.space.afterLookup =
                            c -> {
                                world.space.afterLookup = x -> {};
                                world.space.evict(c, 9);
                            };
                    assertThat(vcpu.access(cpu, 9, true)).isZero();
                    assertThat(vcpu.stat().retries()).isEqualTo(1);
                    assertThat(vcpu.page().accessed()).isEqualTo(design == BEFORE ? 2 : 1);
                    assertThat(vcpu.page().dirtied()).isEqualTo(1);
                    assertThat(world.space.held()).isZero();
                });
    }

    @Test
    void patch48AUsedPageIsReleasedUnderMmuLockOrBreaksF4() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    Bench bench = Bench.over(world.space, MERGED);
                    bench.lookUp(cpu, 1, 0);
                    assertThatThrownBy(() -> bench.page.release(cpu, false, false))
                            .hasMessageContaining("F4 locked-or-unused");
                    bench.lock.readLock(cpu);
                    bench.page.release(cpu, false, false);
                    bench.lock.readUnlock(cpu);
                    assertThatThrownBy(() -> bench.page.release(cpu, true, false))
                            .hasMessageContaining("released-once");
                    assertThat(world.space.held()).isZero();
                });
    }

    /// A driver's frames are mapped without a count: the first of a block has one reference, the
    /// others none.
    @ParameterizedTest
    @EnumSource
    void patch84NobodyGuessesThatADriversFrameIsCounted(PfnDesign design) {
        for (int count = 0; count < 2; count++) {
            int driver = count;
            run(
                    design,
                    (cpu, world, vcpu) -> {
                        world.space.holdFrame(DRIVERS, driver);
                        world.space.driverFrame = DRIVERS;
                        boolean fails = design == BEFORE && driver == 0;
                        for (int i = 0; i < 1_000; i++) {
                            assertThat(vcpu.access(cpu, 5, true))
                                    .isEqualTo(fails ? PageClaim.FAULT : 0);
                            world.space.notifiers.invalidateRangeStart(
                                    cpu, 5, 6, true, InvalidationEvent.CLEAR);
                            world.space.notifiers.invalidateRangeEnd(cpu, 5, 6);
                            assertThat(world.space.references(DRIVERS)).isEqualTo(driver);
                        }
                        assertThat(vcpu.page().guesses()).isEqualTo(design == BEFORE ? 1_000 : 0);
                        assertThat(vcpu.page().references())
                                .isEqualTo(design == BEFORE && driver == 1 ? 1_000 : 0);
                    });
        }
    }

    @Test
    void patch84AGuessThatTakesWhatNobodyHoldsFreesAForeignPage() {
        assertThatThrownBy(() ->
                        run(
                                BEFORE,
                                (cpu, world, vcpu) -> {
                                    world.space.getsUnlessZero = false;
                                    world.space.driverFrame = DRIVERS;
                                    vcpu.access(cpu, 5, true);
                                }))
                .hasStackTraceContaining("of a driver is freed under it");
    }

    @ParameterizedTest
    @EnumSource
    void whereTheHostSaysAgainTheMergedKernelTakesASignal(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    world.space.failure = PageClaim.AGAIN;
                    assertThat(vcpu.access(cpu, 5, false))
                            .isEqualTo(design == MERGED ? PageClaim.SIGPENDING : PageClaim.FAULT);
                });
    }

    @ParameterizedTest
    @EnumSource
    void brokenMemoryIsASignalToTheProcess(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    world.space.failure = PageClaim.HWPOISON;
                    assertThat(vcpu.access(cpu, 5, false)).isEqualTo(PageClaim.SIGPENDING);
                    assertThat(vcpu.stat().poisons()).isEqualTo(1);
                    assertThat(vcpu.stat().poison()).isEqualTo(5);
                    world.space.failure = 0;
                    assertThat(vcpu.access(cpu, 5, false)).isZero();
                    Bench bench = Bench.over(world.space, design);
                    world.space.failure = PageClaim.FAULT;
                    assertThat(bench.lookUp(cpu, 5, 0)).isEqualTo(PageClaim.FAULT);
                    assertThat(bench.page.lookups()).isEqualTo(design == MERGED ? 1 : 2);
                });
    }

    @Test
    void aLeakNamesTheCallThatTookThePage() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    Bench bench = Bench.over(world.space, MERGED);
                    bench.lookUp(cpu, 1, 0);
                    assertThatThrownBy(bench.ledger::checkEmpty)
                            .hasMessageContaining("taken by kvm_faultin_pfn");
                    assertThatThrownBy(() -> bench.lookUp(cpu, 2, 0))
                            .hasMessageContaining("taken by kvm_faultin_pfn");
                    bench.page.release(cpu, true, false);
                    bench.ledger.checkEmpty();
                });
    }

    @Test
    void aFaultThatKeepsItsPageIsSeenAtTheNext() {
        SpteSteps broken =
                new SpteSteps() {
                    @Override
                    public int releasesOnRetry() {
                        return 0;
                    }
                };
        assertThatThrownBy(() ->
                        World.alone(
                                World.Kind.VIRTUAL,
                                World.config().withSteps(broken),
                                PAGES,
                                (cpu, world, vcpu) -> {
                                    world.space.afterLookup =
                                            c -> {
                                                world.space.afterLookup = x -> {};
                                                world.space.evict(c, 9);
                                            };
                                    vcpu.access(cpu, 9, true);
                                }))
                .hasStackTraceContaining("ledger-empty");
    }
}
