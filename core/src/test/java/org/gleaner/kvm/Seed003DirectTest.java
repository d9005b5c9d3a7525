package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gleaner.kvm.Seed003World.HOLE;
import static org.gleaner.kvm.Seed003World.READ_ONLY;
import static org.gleaner.kvm.Seed003World.run;
import static org.gleaner.kvm.pfn.PfnDesign.BEFORE;

import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.kvm.pfn.PfnCache;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Of the series that made the ownership of a guest's host pages plain, the patches about the
/// kernel's own uses of them and about prefetch; `docs/seed-003.md` is the table. Slot 0 is guest
/// page 0 to 15, slot 1 is the same read-only at 100.
final class Seed003DirectTest {
    private static boolean find(Cpu cpu, World world, long gfn, boolean write, PageClaim claim) {
        return world.vm.direct().page().find(cpu, gfn, write, claim);
    }

    // --- pages (gfn_to_page) ---------------------------------------------------------------------

    @Test
    void patch03AndPatch74NoPageIsNothingWhateverTheReason() {
        run((cpu, world, vcpu) -> {
            PageClaim claim = new PageClaim();
            assertThat(find(cpu, world, HOLE, true, claim)).isFalse();
            assertThat(find(cpu, world, READ_ONLY, true, claim)).isFalse();
            world.space.rawFrom = 4;
            assertThat(find(cpu, world, 5, true, claim)).isFalse();
            world.space.failure = PageClaim.FAULT;
            assertThat(find(cpu, world, 3, true, claim)).isFalse();
            assertThat(claim.kind()).isEqualTo(PageClaim.Kind.FREE);
        });
    }

    @Test
    void patch75AReadTakesAPageOfAReadOnlySlotAndAsksForNoWrite() {
        run((cpu, world, vcpu) -> {
            PageClaim claim = new PageClaim();
            assertThat(find(cpu, world, READ_ONLY + 3, false, claim)).isTrue();
            assertThat(world.space.asked).containsExactly(0);
            world.space.put(cpu, claim);
            assertThat(world.space.marked.get()).isZero();
        });
    }

    @Test
    void patch80ALookupWhosePageNobodyWouldOwnBreaksF2() {
        run((cpu, world, vcpu) -> {
            assertThatThrownBy(() -> find(cpu, world, 3, true, null))
                    .hasMessageContaining("F2 page-slot-present");
            assertThat(world.space.asked).isEmpty();
        });
    }

    @Test
    void aPinThatAsksWhetherThePageIsWritableBreaksF6() {
        int both = Lookup.PIN | Lookup.WANT_WRITABLE;
        GuestOfHost.run(
                SmallHost.virtual(),
                GuestOfHost.config(),
                64,
                16,
                (cpu, guest) -> {
                    PageClaim claim = new PageClaim();
                    assertThatThrownBy(() -> guest.pages.lookUp(cpu, Process.BASE, both, claim))
                            .hasMessageContaining("F6 pin-xor-map_writable");
                    assertThat(claim.kind()).isEqualTo(PageClaim.Kind.FREE);
                });
    }

    // --- maps (kvm_vcpu_map) ---------------------------------------------------------------------

    @Test
    void patch18And19AfterAnyFailureUnmappingDoesNothing() {
        run((cpu, world, vcpu) -> {
            HostMap map = world.vm.direct().newMap();
            map.unmap(cpu);
            for (long gfn : new long[] {HOLE, READ_ONLY}) {
                assertThat(map.map(cpu, gfn, true)).isEqualTo(HostMap.INVALID);
                map.unmap(cpu);
            }
            world.space.failure = PageClaim.FAULT;
            assertThat(map.map(cpu, 3, true)).isEqualTo(HostMap.INVALID);
            map.unmap(cpu);
            assertThat(map.pfn()).isEqualTo(-1);
            assertThat(map.isMapped()).isFalse();
            assertThat(world.space.marked.get()).isZero();
        });
    }

    @ParameterizedTest
    @EnumSource
    void patch20And33AFrameThatCannotBePinnedIsRefused(PfnDesign design) {
        for (boolean allowed : new boolean[] {false, true}) {
            run(
                    World.config().withPfn(design).withUnsafeMappings(allowed),
                    (cpu, world, vcpu) -> {
                        world.space.rawFrom = 4;
                        world.space.hasRecords = false;
                        HostMap map = world.vm.direct().newMap();
                        boolean mapped = design == BEFORE || allowed;
                        assertThat(map.map(cpu, 5, true)).isEqualTo(mapped ? 0 : HostMap.INVALID);
                        assertThat(world.vm.direct().kernel().remapped()).isEqualTo(mapped ? 1 : 0);
                        assertThat(map.isPinned()).isFalse();
                        map.unmap(cpu);
                        assertThat(world.space.marked.get()).isZero();
                    });
        }
    }

    @Test
    void patch28And32AReadOnlySlotIsMappedForReadingAlone() {
        run((cpu, world, vcpu) -> {
            HostMap map = world.vm.direct().newMap();
            assertThat(map.map(cpu, READ_ONLY + 3, true)).isEqualTo(HostMap.INVALID);
            assertThat(map.map(cpu, READ_ONLY + 3, false)).isZero();
            assertThat(world.space.asked).containsExactly(Lookup.PIN);
            map.unmap(cpu);
        });
    }

    @Test
    void patch29WhatIsMappedIsPinnedAndStays() {
        run((cpu, world, vcpu) -> {
            HostMap map = world.vm.direct().newMap();
            assertThat(map.map(cpu, 3, true)).isZero();
            assertThat(world.space.asked).containsExactly(Lookup.PIN | Lookup.WRITE);
            assertThat(map.isPinned()).isTrue();
            assertThat(world.space.evict(cpu, 3)).isFalse();
            map.unmap(cpu);
            assertThat(world.space.evict(cpu, 3)).isTrue();
        });
    }

    @Test
    void patch30And31WhatWasMappedForWritingIsLoggedAndDirtyAndTheRestIsNot() {
        run((cpu, world, vcpu) -> {
            world.vm.dirtyLog().begin(cpu, 0);
            HostMap map = world.vm.direct().newMap();
            map.map(cpu, 2, false);
            int read = map.pfn();
            map.unmap(cpu);
            map.map(cpu, 3, true);
            int written = map.pfn();
            assertThat(world.vm.dirtyLog().get(cpu, 0)[0]).as("before unmapping").isZero();
            map.unmap(cpu);
            assertThat(world.vm.dirtyLog().get(cpu, 0)[0]).isEqualTo(1 << 3);
            assertThat(world.space.isDirty(read)).isFalse();
            assertThat(world.space.isDirty(written)).isTrue();
            assertThat(world.space.marked.get()).isEqualTo(2);
        });
    }

    // --- caches (gfn_to_pfn_cache) ---------------------------------------------------------------

    /// A refresh that is overtaken gives back what each of its turns has taken.
    @Test
    void patch27ACacheKeepsNoReference() {
        run((cpu, world, vcpu) -> {
            PfnCache cache = world.vm.direct().newCache();
            int[] turns = {0};
            world.space.afterLookup =
                    c -> {
                        if (turns[0]++ < 3) {
                            world.space.notifiers.invalidateRangeStart(
                                    c, 3, 4, true, InvalidationEvent.CLEAR);
                            world.space.notifiers.invalidateRangeEnd(c, 3, 4);
                        }
                    };
            assertThat(cache.activate(cpu, 3)).isZero();
            assertThat(turns[0]).isEqualTo(4);
            assertThat(world.space.held()).isZero();
            assertThat(world.space.marked.get()).as("the last turn's").isEqualTo(1);
            cache.deactivate(cpu);
        });
    }

    // --- prefetch --------------------------------------------------------------------------------

    /// Pages 0 to 6 are on the host and the guest has no leaf of them.
    private static void hostHasSeven(Cpu cpu, World world, Vcpu vcpu) {
        vcpu.access(cpu, 8, true);
        PageClaim claim = new PageClaim();
        for (int page = 0; page < 7; page++) {
            world.space.lookUp(cpu, page, 0, claim);
            world.space.put(cpu, claim);
        }
        world.space.asked.clear();
    }

    @ParameterizedTest
    @EnumSource
    void patch38And39And41PagesThatAreMappedAheadAreReleasedDirty(PfnDesign design) {
        run(
                design,
                (cpu, world, vcpu) -> {
                    hostHasSeven(cpu, world, vcpu);
                    assertThat(world.vm.prefetch(cpu, vcpu, 0, 8)).isEqualTo(7);
                    assertThat(world.vm.prefetchMarks()).isEqualTo(7);
                    assertThat(world.space.held()).isZero();
                    for (int page = 0; page < 7; page++) {
                        assertThat(world.space.isDirty(world.space.frameOf(page)))
                                .isEqualTo(design != BEFORE);
                    }
                    long faults = vcpu.stat().faults();
                    assertThat(vcpu.access(cpu, 6, true)).isZero();
                    assertThat(vcpu.stat().faults()).isEqualTo(faults);
                    if (design == BEFORE) {
                        int frame = world.space.frameOf(6);
                        world.space.notifiers.invalidateRangeStart(
                                cpu, 6, 7, true, InvalidationEvent.CLEAR);
                        world.space.notifiers.invalidateRangeEnd(cpu, 6, 7);
                        assertThat(world.space.isDirty(frame)).as("by its zap").isTrue();
                    }
                });
    }

    /// The first page that is not there ends it; what is there already stays as it is.
    @Test
    void patch10PrefetchNeverSleepsAndReplacesNothing() {
        run((cpu, world, vcpu) -> {
            hostHasSeven(cpu, world, vcpu);
            world.space.needsIo = true;
            assertThat(world.vm.prefetch(cpu, vcpu, 4, 8)).isEqualTo(3);
            assertThat(world.space.asked).containsOnly(Lookup.WRITE | Lookup.FAST_ONLY);
            assertThat(world.vm.prefetch(cpu, vcpu, 4, 3)).isZero();
            assertThat(world.vm.prefetch(cpu, vcpu, READ_ONLY, 3)).isZero();
            assertThat(world.vm.countLeaves(cpu, true)).as("young: page 8 alone").isEqualTo(1);
        });
    }

    @Test
    void s14_nothingIsMappedAheadWhileAnInvalidationIsUnderWay() {
        run((cpu, world, vcpu) -> {
            hostHasSeven(cpu, world, vcpu);
            world.space.notifiers.invalidateRangeStart(cpu, 12, 13, true, InvalidationEvent.CLEAR);
            assertThat(world.vm.prefetch(cpu, vcpu, 0, 8)).isZero();
            assertThat(world.space.asked).isEmpty();
            world.space.notifiers.invalidateRangeEnd(cpu, 12, 13);
            assertThat(world.vm.prefetch(cpu, vcpu, 0, 7)).isEqualTo(7);
        });
    }
}
