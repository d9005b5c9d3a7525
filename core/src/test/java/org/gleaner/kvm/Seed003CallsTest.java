package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gleaner.kvm.Seed003World.HOLE;
import static org.gleaner.kvm.Seed003World.READ_ONLY;
import static org.gleaner.kvm.Seed003World.run;
import static org.gleaner.kvm.pfn.PfnDesign.BEFORE;
import static org.gleaner.kvm.pfn.PfnDesign.MERGED;
import static org.gleaner.kvm.pfn.PfnDesign.V12;

import java.util.EnumMap;
import java.util.Map;
import org.gleaner.kvm.pfn.GuestPfn;
import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.kvm.pfn.NestedPages;
import org.gleaner.kvm.pfn.NestedPages.Use;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.kvm.x86.SpteSteps;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.AddressSpace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Of the series that made the ownership of a guest's host pages plain, the patches about calls
/// that x86 alone makes: lookups that keep nothing, the page of the APIC, nested guests; and what
/// maps were before they pinned. `docs/seed-003.md` is the table. Slot 0 is guest page 0 to 15,
/// slot 1 is the same read-only at 100.
final class Seed003CallsTest {
    private static final int APIC = 9;
    private static final int DRIVERS = 15;

    // --- lookups that keep nothing (kvm_lookup_pfn) ----------------------------------------------

    @Test
    void patch34ALookupWithoutAnOwnerLeavesCountsAndMarksAsTheyWere() {
        run(
                V12,
                (cpu, world, vcpu) -> {
                    GuestPfn pfn = world.vm.newGuestPfn();
                    assertThat(pfn.find(cpu, 3)).isEqualTo(world.space.frameOf(3)).isNotNegative();
                    assertThat(world.space.asked).containsExactly(Lookup.WRITE);
                    assertThat(pfn.find(cpu, HOLE)).isEqualTo(PageClaim.NOSLOT);
                    assertThat(pfn.find(cpu, READ_ONLY)).isEqualTo(PageClaim.RO_FAULT);
                    world.space.driverFrame = DRIVERS;
                    assertThat(pfn.find(cpu, 4)).isEqualTo(DRIVERS);
                    world.space.driverFrame = -1;
                    world.space.failure = PageClaim.FAULT;
                    assertThat(pfn.find(cpu, 4)).isEqualTo(PageClaim.FAULT);
                    assertThat(world.space.held()).isZero();
                    assertThat(world.space.marked.get()).isZero();
                    assertThat(world.space.isDirty(world.space.frameOf(3))).isFalse();
                });
    }

    /// What is answered may be another's by then: nothing keeps the page.
    @Test
    void patch34TheAnswerIsStaleWhenItReturns() {
        run(
                V12,
                (cpu, world, vcpu) -> {
                    int pfn = world.vm.newGuestPfn().find(cpu, 3);
                    assertThat(world.space.evict(cpu, 3)).isTrue();
                    assertThat(world.space.frameOf(3)).isNotEqualTo(pfn);
                });
    }

    @Test
    void patch34TheMergedSeriesHasNoSuchCall() {
        run(
                MERGED,
                (cpu, world, vcpu) ->
                        assertThatThrownBy(() -> world.vm.newGuestPfn().find(cpu, 3))
                                .isInstanceOf(IllegalStateException.class));
    }

    /// Before, the same with a guess, and a page that was looked up counts as used.
    @Test
    void patch34BeforeItALookupGuessesAndMarks() {
        run(
                BEFORE,
                (cpu, world, vcpu) -> {
                    GuestPfn pfn = world.vm.newGuestPfn();
                    assertThat(pfn.find(cpu, 3)).isNotNegative();
                    assertThat(world.space.marked.get()).isEqualTo(1);
                    world.space.driverFrame = DRIVERS;
                    assertThat(pfn.find(cpu, 4)).isEqualTo(PageClaim.FAULT);
                });
    }

    @ParameterizedTest
    @EnumSource
    void patch35AfterAFailedEmulationTheGuestIsEnteredAgainIfThereIsAPage(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    GuestPfn pfn = world.vm.newGuestPfn();
                    assertThat(pfn.isRetryUseful(cpu, 3)).isTrue();
                    assertThat(pfn.isRetryUseful(cpu, HOLE)).isEqualTo(design == MERGED);
                    world.space.failure = PageClaim.FAULT;
                    assertThat(pfn.isRetryUseful(cpu, 3)).isEqualTo(design == MERGED);
                    if (design == MERGED) {
                        assertThat(world.space.asked).isEmpty();
                    }
                });
    }

    // --- the page of the APIC --------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void patch36TheApicPageIsFaultedInWhenItIsInstalledOrWhenItIsUsed(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    assertThat(world.vm.installApicPage(cpu, APIC)).isZero();
                    assertThat(world.space.asked).hasSize(design == MERGED ? 0 : 1);
                    assertThat(vcpu.apic().frame()).isEqualTo(ApicAccess.NONE);
                    vcpu.access(cpu, 0, false);
                    assertThat(vcpu.apic().reloads()).isEqualTo(1);
                    assertThat(vcpu.apic().frame()).isEqualTo(world.space.frameOf(APIC));
                    Vcpu later = world.vm.newVcpu(cpu);
                    later.access(cpu, 0, false);
                    assertThat(later.apic().frame()).isEqualTo(vcpu.apic().frame());
                });
    }

    @ParameterizedTest
    @EnumSource
    void patch36AnApicPageThatCannotBeHadIsNoticedAtOnceOrNever(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    world.space.failure = PageClaim.FAULT;
                    int answer = world.vm.installApicPage(cpu, APIC);
                    assertThat(answer).isEqualTo(design == MERGED ? 0 : PageClaim.FAULT);
                    world.space.failure = 0;
                    vcpu.access(cpu, 0, false);
                    assertThat(vcpu.apic().reloads()).isEqualTo(design == MERGED ? 1 : 0);
                    if (design != MERGED) {
                        assertThat(world.vm.installApicPage(cpu, APIC)).isZero();
                    }
                });
    }

    @ParameterizedTest
    @EnumSource
    void patch49TheApicPageIsGivenBackBeforeMmuLockIsDropped(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 0, false);
                    world.vm.installApicPage(cpu, APIC);
                    boolean[] locked = new boolean[1];
                    world.space.beforePut = c -> locked[0] = world.vm.holdsMmuLock(c);
                    vcpu.access(cpu, 0, false);
                    assertThat(vcpu.apic().reloads()).isEqualTo(1);
                    assertThat(locked[0]).isEqualTo(design != BEFORE);
                    assertThat(world.space.isDirty(vcpu.apic().frame())).as("clean").isFalse();
                });
    }

    @ParameterizedTest
    @EnumSource
    void patch50AReloadThatWasOvertakenIsAskedAgain(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    vcpu.access(cpu, 0, false);
                    world.vm.installApicPage(cpu, APIC);
                    world.space.afterLookup =
                            c -> {
                                world.space.afterLookup = x -> {};
                                world.space.evict(c, APIC);
                            };
                    vcpu.access(cpu, 0, false);
                    assertThat(vcpu.apic().reloads()).isEqualTo(2);
                    assertThat(vcpu.apic().stale()).isEqualTo(1);
                    assertThat(vcpu.apic().frame()).isEqualTo(world.space.frameOf(APIC));
                });
    }

    @Test
    void whoTakesTheApicPageAwayHasItLookedForAgain() {
        run(MERGED, Seed003CallsTest::apicPageGoes);
    }

    private static void apicPageGoes(Cpu cpu, World world, Vcpu vcpu) {
        world.vm.installApicPage(cpu, APIC);
        vcpu.access(cpu, 0, false);
        assertThat(world.space.evict(cpu, APIC)).as("nothing keeps it").isTrue();
        vcpu.access(cpu, 0, false);
        assertThat(vcpu.apic().reloads()).isEqualTo(2);
        world.space.evict(cpu, 0);
        vcpu.access(cpu, 0, false);
        assertThat(vcpu.apic().reloads()).as("another page").isEqualTo(2);
    }

    @Test
    void aVcpuThatIsNotToldOfItBreaksP4() {
        SpteSteps silent =
                new SpteSteps() {
                    @Override
                    public boolean reloadsApicPage() {
                        return false;
                    }
                };
        assertThatThrownBy(
                        () -> run(World.config().withSteps(silent), Seed003CallsTest::apicPageGoes))
                .hasStackTraceContaining("AssertionError: P4: the APIC of a vCPU");
    }

    @Test
    void theSlotOfTheApicPageIsTheKernelsOwn() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    int id = VmSlots.APIC_PAGE;
                    assertThatThrownBy(() -> world.vm.createSlot(cpu, id, 4096, 1, 0, false))
                            .hasMessage("memory slot 32764 is the kernel's own");
                    world.vm.installApicPage(cpu, APIC);
                    assertThatThrownBy(() -> world.vm.deleteSlot(cpu, id))
                            .hasMessage("memory slot 32764 is the kernel's own");
                    assertThatThrownBy(() -> world.vm.installApicPage(cpu, APIC))
                            .hasMessage("memory slot 32764 exists");
                });
    }

    // --- nested guests ---------------------------------------------------------------------------

    private static Map<Use, Long> nested() {
        Map<Use, Long> gfns = new EnumMap<>(Use.class);
        gfns.put(Use.APIC_ACCESS, 1L);
        gfns.put(Use.VIRTUAL_APIC, 2L);
        gfns.put(Use.POSTED_INTERRUPTS, 3L);
        gfns.put(Use.MSR_BITMAP, READ_ONLY + 4L);
        return gfns;
    }

    @Test
    void patch23AndPatch24AfterEachNestedExitNothingIsPinned() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    NestedPages pages = world.vm.direct().newNestedPages();
                    for (int entries = 0; entries < 100; entries++) {
                        assertThat(pages.enter(cpu, nested())).isZero();
                        assertThat(pages.pinned()).isEqualTo(3);
                        assertThat(pages.isMapped(Use.MSR_BITMAP)).as("read and let go").isFalse();
                        assertThat(world.space.evict(cpu, 2)).isFalse();
                        pages.leave(cpu);
                        assertThat(pages.pinned()).isZero();
                        assertThat(world.space.held()).isZero();
                    }
                });
    }

    @Test
    void patch23AnEntryThatFailsPinsNothing() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    NestedPages pages = world.vm.direct().newNestedPages();
                    Map<Use, Long> gfns = nested();
                    gfns.put(Use.POSTED_INTERRUPTS, (long) HOLE);
                    assertThat(pages.enter(cpu, gfns)).isEqualTo(HostMap.INVALID);
                    assertThat(pages.pinned()).isZero();
                });
    }

    @Test
    void patch21WhatIsSharedWithTheHypervisorIsThereIfItsMapIs() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    NestedPages pages = world.vm.direct().newNestedPages();
                    assertThat(pages.isMapped(Use.ENLIGHTENED_VMCS)).isFalse();
                    assertThat(pages.map(cpu, Use.ENLIGHTENED_VMCS, 5)).isZero();
                    pages.enter(cpu, nested());
                    pages.leave(cpu);
                    assertThat(pages.isMapped(Use.ENLIGHTENED_VMCS)).isTrue();
                    assertThat(pages.map(cpu, Use.ENLIGHTENED_VMCS, HOLE)).isNotZero();
                    assertThat(pages.isMapped(Use.ENLIGHTENED_VMCS)).isFalse();
                    pages.map(cpu, Use.ENLIGHTENED_VMCS, 5);
                    pages.free(cpu);
                    assertThat(pages.isMapped(Use.ENLIGHTENED_VMCS)).isFalse();
                });
    }

    /// The page that L1 gives L2 for its APIC is written by hardware while it is mapped.
    @Test
    void patch30WhatIsMappedToBeWrittenIsLoggedAtTheNestedExit() {
        run(
                MERGED,
                (cpu, world, vcpu) -> {
                    world.vm.dirtyLog().begin(cpu, 0);
                    NestedPages pages = world.vm.direct().newNestedPages();
                    pages.enter(cpu, nested());
                    assertThat(world.vm.dirtyLog().get(cpu, 0)[0]).isZero();
                    pages.leave(cpu);
                    assertThat(world.vm.dirtyLog().get(cpu, 0)[0]).isEqualTo(0b1110);
                });
    }

    // --- maps before they pinned -----------------------------------------------------------------

    @Test
    void patch29BeforeItAMapTookAReferenceAndWasAlwaysForWriting() {
        run(
                BEFORE,
                (cpu, world, vcpu) -> {
                    HostMap map = world.vm.direct().newMap();
                    assertThat(map.map(cpu, 3, false)).isZero();
                    assertThat(world.space.asked).containsExactly(Lookup.WRITE);
                    assertThat(map.isPinned()).isFalse();
                    assertThat(world.space.references(map.pfn())).isEqualTo(1);
                    assertThat(world.space.evict(cpu, 3)).isFalse();
                    map.unmap(cpu);
                    assertThat(world.space.evict(cpu, 3)).isTrue();
                    assertThat(map.map(cpu, READ_ONLY + 3, false)).isEqualTo(HostMap.INVALID);
                });
    }

    /// A driver's frame: with a reference, it goes up and comes back by the number; without, the
    /// map fails; without a page's record it is mapped as a frame.
    @Test
    void patch29BeforeItAMapGuessed() {
        run(
                BEFORE,
                (cpu, world, vcpu) -> {
                    world.space.driverFrame = DRIVERS;
                    HostMap map = world.vm.direct().newMap();
                    assertThat(map.map(cpu, 3, true)).isEqualTo(HostMap.INVALID);
                    world.space.holdFrame(DRIVERS, 1);
                    assertThat(map.map(cpu, 3, true)).isZero();
                    assertThat(map.pfn()).isEqualTo(DRIVERS);
                    assertThat(world.space.references(DRIVERS)).isEqualTo(2);
                    assertThat(world.vm.direct().kernel().remapped()).isZero();
                    map.unmap(cpu);
                    map.unmap(cpu);
                    assertThat(world.space.references(DRIVERS)).isEqualTo(1);
                    assertThat(world.space.isDirty(DRIVERS)).isTrue();
                    world.space.holdFrame(DRIVERS, 0);
                    world.space.hasRecords = false;
                    assertThat(map.map(cpu, 3, true)).isZero();
                    assertThat(world.vm.direct().kernel().remapped()).isEqualTo(1);
                    map.unmap(cpu);
                });
    }

    /// On a real host: after a fork and a write of the process, a pinned page still is the
    /// process's; one that was only referenced is the child's alone, and what the kernel writes
    /// there the process never sees.
    @ParameterizedTest
    @EnumSource
    void patch29APinnedPageStaysTheProcessesOwnThroughAFork(PfnDesign design) {
        GuestOfHost.run(
                SmallHost.virtual(),
                GuestOfHost.config().withPfn(design),
                Memcg.UNLIMITED,
                64,
                (cpu, guest) -> {
                    guest.process.write(cpu, 0);
                    HostMap map = guest.vm.direct().newMap();
                    assertThat(map.map(cpu, 0, true)).isZero();
                    AddressSpace child = guest.host.newAddressSpace(cpu, guest.process.memcg);
                    guest.host
                            .userMemory()
                            .actors()
                            .fork()
                            .share(cpu, guest.process.vma, child, Process.BASE);
                    guest.process.write(cpu, 0);
                    if (design == BEFORE) {
                        assertThat(guest.process.pfn(0)).isNotEqualTo(map.pfn());
                    } else {
                        assertThat(guest.process.pfn(0)).isEqualTo(map.pfn());
                    }
                    map.unmap(cpu);
                    guest.host.mappingChanges().exit(cpu, child);
                });
    }
}
