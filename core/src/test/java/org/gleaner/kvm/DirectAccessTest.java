package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.gleaner.kvm.pfn.GuestPage;
import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.machine.LockClass;
import org.gleaner.machine.QueuedRwLock;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.notifier.InvalidationEvent;
import org.junit.jupiter.api.Test;

/// Pages that the kernel maps for itself, asks for as pages, or prefetches. Slot 0 is guest page 0
/// to 7, slot 1 is the same read-only at 100.
final class DirectAccessTest {
    private static final int PAGES = 8;

    private static void alone(VmConfig config, World.Body body) {
        World.alone(
                World.Kind.VIRTUAL,
                config,
                PAGES,
                (cpu, world, vcpu) -> {
                    world.vm.createSlot(cpu, 1, 100, PAGES, 0, true);
                    body.run(cpu, world, vcpu);
                    assertThat(world.space.held()).isZero();
                    assertThat(world.vm.direct().kernel().remapped()).isZero();
                });
    }

    private static void alone(World.Body body) {
        alone(World.config(), body);
    }

    // --- kvm_vcpu_map ----------------------------------------------------------------------------

    @Test
    void aPageThatIsMappedForWritingIsPinnedAndDirtyWhenItIsUnmapped() {
        alone((cpu, world, vcpu) -> {
            HostMap map = world.vm.direct().newMap();
            assertThat(map.map(cpu, 3, true)).isZero();
            int pfn = map.pfn();
            assertThat(map.isPinned()).isTrue();
            assertThat(world.space.evict(cpu, 3)).as("taken while it is pinned").isFalse();
            assertThat(world.space.isDirty(pfn)).isFalse();
            map.unmap(cpu);
            assertThat(world.space.isDirty(pfn)).isTrue();
            assertThat(world.space.marked.get()).isEqualTo(1);
            assertThat(world.space.evict(cpu, 3)).isTrue();
        });
    }

    @Test
    void aPageThatIsMappedForReadingStaysClean() {
        alone((cpu, world, vcpu) -> {
            HostMap map = world.vm.direct().newMap();
            assertThat(map.map(cpu, 103, false)).isZero();
            int pfn = map.pfn();
            map.unmap(cpu);
            assertThat(world.space.isDirty(pfn)).isFalse();
            assertThat(world.space.marked.get()).isEqualTo(1);
        });
    }

    @Test
    void f7_whatIsUnmappedTwiceIsUnmappedOnce() {
        alone((cpu, world, vcpu) -> {
            HostMap map = world.vm.direct().newMap();
            map.unmap(cpu);
            assertThat(map.map(cpu, 0, true)).isZero();
            map.unmap(cpu);
            map.unmap(cpu);
            assertThat(world.space.marked.get()).isEqualTo(1);
        });
    }

    @Test
    void whatCannotBeMappedMayBeUnmapped() {
        alone((cpu, world, vcpu) -> {
            HostMap map = world.vm.direct().newMap();
            assertThat(map.map(cpu, 50, true)).isEqualTo(HostMap.INVALID);
            map.unmap(cpu);
            assertThat(map.map(cpu, 103, true)).as("read-only").isEqualTo(HostMap.INVALID);
            map.unmap(cpu);
            world.space.failure = PageClaim.FAULT;
            assertThat(map.map(cpu, 0, true)).isEqualTo(HostMap.INVALID);
            map.unmap(cpu);
            assertThat(world.space.marked.get()).isZero();
            assertThat(map.pfn()).isEqualTo(-1);
        });
    }

    /// Invariant P10.
    @Test
    void aFrameThatCannotBePinnedIsMappedOnlyWhereThatIsAllowed() {
        for (boolean allowed : new boolean[] {false, true}) {
            alone(
                    World.config().withUnsafeMappings(allowed),
                    (cpu, world, vcpu) -> {
                        world.space.rawFrom = 4;
                        HostMap map = world.vm.direct().newMap();
                        assertThat(map.map(cpu, 5, true)).isEqualTo(allowed ? 0 : HostMap.INVALID);
                        assertThat(map.isMapped()).isEqualTo(allowed);
                        assertThat(map.isPinned()).isFalse();
                        assertThat(world.vm.direct().kernel().remapped())
                                .isEqualTo(allowed ? 1 : 0);
                        map.unmap(cpu);
                        assertThat(world.space.marked.get()).isZero();
                    });
        }
    }

    @Test
    void p10_aRawFrameThatIsPinnedIsNoticed() {
        assertThatThrownBy(() ->
                        alone((cpu, world, vcpu) -> {
                            world.space.rawFrom = 4;
                            world.space.forgetsPins = true;
                            world.vm.direct().newMap().map(cpu, 5, true);
                        }))
                .hasStackTraceContaining("P10 no-raw-pin");
    }

    @Test
    void aMapIsOfOnePageAtATime() {
        assertThatThrownBy(() ->
                        alone((cpu, world, vcpu) -> {
                            HostMap map = world.vm.direct().newMap();
                            map.map(cpu, 0, true);
                            map.map(cpu, 1, true);
                        }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("gfn 0 is still mapped");
    }

    // --- gfn_to_page -----------------------------------------------------------------------------

    @Test
    void aPageIsFoundWhereThereIsOneAndIsOwedBack() {
        alone((cpu, world, vcpu) -> {
            GuestPage page = world.vm.direct().page();
            PageClaim claim = new PageClaim();
            assertThat(page.find(cpu, 0, true, claim)).isTrue();
            assertThat(world.space.held()).isEqualTo(1);
            world.space.put(cpu, claim);
            assertThat(page.find(cpu, 100, false, claim)).isTrue();
            world.space.put(cpu, claim);
            assertThat(world.space.marked.get()).isZero();
        });
    }

    @Test
    void anErrorAndAFrameThatIsNoPageAreTheSame() {
        alone((cpu, world, vcpu) -> {
            GuestPage page = world.vm.direct().page();
            PageClaim claim = new PageClaim();
            world.space.rawFrom = 4;
            for (long gfn : new long[] {4, 50, 100}) {
                assertThat(page.find(cpu, gfn, true, claim)).as("gfn %d", gfn).isFalse();
                assertThat(claim.kind()).isEqualTo(PageClaim.Kind.FREE);
            }
            world.space.failure = PageClaim.HWPOISON;
            assertThat(page.find(cpu, 0, true, claim)).isFalse();
            assertThat(claim.kind()).isEqualTo(PageClaim.Kind.FREE);
        });
    }

    // --- kvm_prefetch_pages ----------------------------------------------------------------------

    private static PageClaim[] claims() {
        PageClaim[] claims = new PageClaim[PAGES];
        Arrays.setAll(claims, i -> new PageClaim());
        return claims;
    }

    /// Under a spinning lock, where the checker of locks lets nothing sleep.
    @Test
    void whatIsThereIsPrefetchedUpToTheFirstThatIsNot() {
        alone((cpu, world, vcpu) -> {
            for (int gfn : new int[] {0, 1, 2, 4}) {
                vcpu.access(cpu, gfn, true);
            }
            QueuedRwLock lock = new QueuedRwLock(LockClass.MMU_LOCK);
            PageClaim[] claims = claims();
            lock.writeLock(cpu);
            int found = world.vm.direct().page().prefetch(cpu, 0, claims, PAGES);
            lock.writeUnlock(cpu);
            assertThat(found).isEqualTo(3);
            assertThat(world.space.held()).isEqualTo(3);
            for (PageClaim claim : claims) {
                world.space.put(cpu, claim);
            }
            assertThat(world.space.frameOf(3)).as("prefetching faults nothing in").isEqualTo(-1);
        });
    }

    @Test
    void nothingIsPrefetchedWithoutAWritableSlotOrBeyondItsEnd() {
        alone((cpu, world, vcpu) -> {
            vcpu.access(cpu, 7, true);
            GuestPage page = world.vm.direct().page();
            assertThat(page.prefetch(cpu, 50, claims(), 1)).isEqualTo(GuestPage.BAD);
            assertThat(page.prefetch(cpu, 107, claims(), 1)).isEqualTo(GuestPage.BAD);
            assertThat(page.prefetch(cpu, 7, claims(), 2)).isZero();
            world.space.writable = false;
            assertThat(page.prefetch(cpu, 7, claims(), 1)).as("read-only now").isZero();
        });
    }

    @Test
    void f5_aRawFrameIsNotPrefetched() {
        assertThatThrownBy(() ->
                        alone((cpu, world, vcpu) -> {
                            world.space.rawFrom = 4;
                            world.vm.direct().page().prefetch(cpu, 4, claims(), 1);
                        }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("F5 no-pfnmap");
    }

    // --- caches ----------------------------------------------------------------------------------

    @Test
    void aCacheTakesARawFrameAndGivesItsAddressBack() {
        alone((cpu, world, vcpu) -> {
            world.space.rawFrom = 4;
            var cache = world.vm.direct().newCache();
            assertThat(cache.activate(cpu, 5)).isZero();
            assertThat(cache.lockValid(cpu)).isTrue();
            cache.unlock(cpu);
            assertThat(world.vm.direct().kernel().remapped()).isEqualTo(1);
            world.space.notifiers.invalidateRangeStart(cpu, 5, 6, true, InvalidationEvent.CLEAR);
            assertThat(cache.lockValid(cpu)).isFalse();
            world.space.notifiers.invalidateRangeEnd(cpu, 5, 6);
            assertThat(cache.refresh(cpu)).isZero();
            assertThat(world.vm.direct().kernel().remapped()).isEqualTo(1);
            cache.deactivate(cpu);
            assertThat(world.space.marked.get()).isZero();
        });
    }
}
