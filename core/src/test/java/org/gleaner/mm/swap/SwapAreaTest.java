package org.gleaner.mm.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.memory.Watermarks;
import org.gleaner.mm.memory.Zone;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;

/// The life of a swap slot: who counts, who caches, what is remembered, who frees.
final class SwapAreaTest {
    private static final ZramMemory NO_MEMORY =
            new ZramMemory(
                    new Zone(
                            new Folios(PageSize.KIB_4, 1, 0),
                            0,
                            new Watermarks(0, 0, 0),
                            2,
                            1,
                            false),
                    1,
                    0);
    private static final long SHADOW = 0x3ffL << 10 | 1;

    /// A cgroup that may not swap.
    private static final int DEBARRED = 9;

    private final List<Integer> discarded = new ArrayList<>();
    private final List<Integer> uncharged = new ArrayList<>();
    private final SwapArea swap =
            new SwapArea(
                    new Recorder(),
                    PageSize.KIB_4,
                    1000,
                    NO_MEMORY,
                    KernelVersion.V6_12,
                    2,
                    told(uncharged));

    private static SwapArea.Accounts told(List<Integer> uncharged) {
        return new SwapArea.Accounts() {
            @Override
            public boolean tryCharge(Cpu cpu, int memcg, int pages) {
                return memcg != DEBARRED;
            }

            @Override
            public void cancel(Cpu cpu, int memcg, int pages) {}

            @Override
            public void uncharge(Cpu cpu, int memcg) {
                uncharged.add(memcg);
            }
        };
    }

    private final class Recorder implements SwapDevice {
        @Override
        public boolean synchronous() {
            return true;
        }

        @Override
        public void write(Cpu cpu, int slot, int pfn) {}

        @Override
        public void read(Cpu cpu, int slot, int pfn) {}

        @Override
        public void discard(Cpu cpu, int slot) {
            discarded.add(slot);
        }
    }

    @Test
    void anEvictedPageLeavesAShadowInItsSlot() {
        OneCpu.run(cpu -> {
            int slot = swap.allocate(cpu, 17, 1);
            assertThat(swap.cached(cpu, slot)).isEqualTo(17);
            assertThat(swap.shadow(cpu, slot)).isZero();
            assertThat(swap.free()).isEqualTo(999);
            swap.duplicate(cpu, slot);
            swap.removeFromCache(cpu, slot, SHADOW);
            assertThat(swap.cached(cpu, slot)).isEqualTo(-1);
            assertThat(swap.mappings(cpu, slot)).isOne();
            assertThat(swap.shadow(cpu, slot)).isEqualTo(SHADOW);
            assertThat(discarded).isEmpty();
        });
    }

    @Test
    void aSlotHasRoomForEveryProcessThatSharesItsPage() {
        OneCpu.run(cpu -> {
            int slot = evicted(cpu, 40_000);
            assertThat(swap.mappings(cpu, slot)).isEqualTo(40_000);
            assertThat(swap.shadow(cpu, slot)).isEqualTo(SHADOW);
            for (int i = 0; i < 40_000; i++) {
                swap.release(cpu, slot);
            }
            assertThat(discarded).containsExactly(slot);
        });
    }

    @Test
    void aCountOfSwapEntriesThatIsLostSticks() {
        OneCpu.run(cpu -> {
            int slot = evicted(cpu, 200_000);
            assertThat(swap.shadow(cpu, slot)).isEqualTo(SHADOW);
            for (int i = 0; i < 300_000; i++) {
                swap.release(cpu, slot);
            }
            assertThat(swap.tryReserveCache(cpu, slot)).isTrue();
            swap.releaseReserved(cpu, slot);
            assertThat(swap.shadow(cpu, slot)).isEqualTo(SHADOW);
            assertThat(discarded).as("freed although somebody lost count").isEmpty();
        });
    }

    @Test
    void aShadowIsKeptToItsLastBit() {
        OneCpu.run(cpu -> {
            long widest = (1L << SwapArea.SHADOW_BITS) - 1;
            int slot = swap.allocate(cpu, 3, 1);
            swap.duplicate(cpu, slot);
            swap.removeFromCache(cpu, slot, widest);
            assertThat(swap.shadow(cpu, slot)).isEqualTo(widest);
            assertThat(SwapArea.SHADOW_BITS).isGreaterThanOrEqualTo(36 + 8 + 2);
        });
    }

    @Test
    void aSwapInAroundTheCacheFreesTheSlotWithItsLastEntry() {
        OneCpu.run(cpu -> {
            int slot = evicted(cpu, 2);
            assertThat(swap.tryReserveCache(cpu, slot)).isTrue();
            assertThat(swap.tryReserveCache(cpu, slot)).isFalse();
            assertThat(swap.shadow(cpu, slot)).isEqualTo(SHADOW);
            swap.releaseReserved(cpu, slot);
            assertThat(swap.mappings(cpu, slot)).isOne();
            assertThat(swap.shadow(cpu, slot)).isEqualTo(SHADOW);
            assertThat(swap.tryReserveCache(cpu, slot)).isTrue();
            swap.releaseReserved(cpu, slot);
            assertThat(swap.free()).isEqualTo(1000);
            assertThat(discarded).containsExactly(slot);
            assertThat(swap.tryReserveCache(cpu, slot)).isFalse();
        });
    }

    @Test
    void aClaimThatIsGivenUpLeavesEverythingAsItWas() {
        OneCpu.run(cpu -> {
            int slot = evicted(cpu, 1);
            assertThat(swap.tryReserveCache(cpu, slot)).isTrue();
            swap.unreserve(cpu, slot);
            assertThat(swap.shadow(cpu, slot)).isEqualTo(SHADOW);
            assertThat(swap.mappings(cpu, slot)).isOne();
            assertThat(swap.tryReserveCache(cpu, slot)).isTrue();
            swap.release(cpu, slot);
            assertThat(discarded).isEmpty();
            swap.unreserve(cpu, slot);
            assertThat(discarded).containsExactly(slot);
        });
    }

    @Test
    void theSwapCacheKeepsTheSlotWithoutEntries() {
        OneCpu.run(cpu -> {
            int slot = evicted(cpu, 1);
            assertThat(swap.tryReserveCache(cpu, slot)).isTrue();
            assertThat(swap.addToCache(cpu, slot, 99)).isEqualTo(SHADOW);
            assertThat(swap.cached(cpu, slot)).isEqualTo(99);
            assertThat(swap.shadow(cpu, slot)).isZero();
            swap.release(cpu, slot);
            assertThat(swap.mappings(cpu, slot)).isZero();
            assertThat(swap.free()).isEqualTo(999);
            assertThat(swap.tryReserveCache(cpu, slot)).isFalse();
            swap.removeFromCache(cpu, slot, 0);
            assertThat(swap.free()).isEqualTo(1000);
            assertThat(discarded).containsExactly(slot);
        });
    }

    @Test
    void misuseIsCaught() {
        OneCpu.run(cpu -> {
            int slot = evicted(cpu, 1);
            assertThatThrownBy(() -> swap.addToCache(cpu, slot, 3))
                    .hasMessageContaining("not claimed");
            assertThatThrownBy(() -> swap.removeFromCache(cpu, slot, 0))
                    .hasMessageContaining("has no cache");
            swap.release(cpu, slot);
            assertThatThrownBy(() -> swap.release(cpu, slot)).hasMessageContaining("freed twice");
            assertThatThrownBy(() -> swap.duplicate(cpu, slot + 1))
                    .hasMessageContaining("swap count");
        });
    }

    @Test
    void pagesEvictedTogetherLieTogetherAndFreedSlotsAreReusedLast() {
        OneCpu.run(cpu -> {
            for (int i = 0; i < 100; i++) {
                assertThat(evicted(cpu, 1)).isEqualTo(i);
            }
            for (int i = 40; i < 60; i++) {
                swap.release(cpu, i);
            }
            for (int i = 100; i < 1000; i++) {
                assertThat(evicted(cpu, 1)).isEqualTo(i);
            }
            for (int i = 40; i < 60; i++) {
                assertThat(evicted(cpu, 1)).isEqualTo(i);
            }
            assertThat(swap.allocate(cpu, 1, 1)).isEqualTo(-1);
            assertThat(swap.free()).isZero();
        });
    }

    @Test
    void swapIsFullWhenLessThanHalfIsFree() {
        OneCpu.run(cpu -> {
            for (int i = 0; i < 500; i++) {
                swap.allocate(cpu, i, 1);
            }
            assertThat(swap.isFull()).isFalse();
            swap.allocate(cpu, 500, 1);
            assertThat(swap.isFull()).isTrue();
        });
    }

    @Test
    void whoMayNotSwapGetsNoSlot() {
        OneCpu.run(cpu -> {
            assertThat(swap.allocate(cpu, 17, DEBARRED)).isEqualTo(-1);
            assertThat(swap.allocateCluster(cpu, 512, DEBARRED)).isEqualTo(-1);
            assertThat(swap.free()).isEqualTo(1000);
        });
    }

    private int evicted(Cpu cpu, int entries) {
        int slot = swap.allocate(cpu, 5, 1);
        for (int i = 0; i < entries; i++) {
            swap.duplicate(cpu, slot);
        }
        swap.removeFromCache(cpu, slot, SHADOW);
        return slot;
    }

    @Test
    void aCgroupHearsOfItsFreedSlotsWhenTheCpuHasCached64() {
        OneCpu.run(cpu -> {
            for (int i = 0; i < 64; i++) {
                swap.removeFromCache(cpu, swap.allocate(cpu, 5, i % 3), 0);
            }
            assertThat(uncharged).isEmpty();
            swap.removeFromCache(cpu, swap.allocate(cpu, 5, 7), 0);
            assertThat(uncharged).hasSize(64).startsWith(0, 1, 2).doesNotContain(7);
        });
    }

    @Test
    void since618AtOnce() {
        SwapArea direct =
                new SwapArea(
                        new Recorder(),
                        PageSize.KIB_4,
                        1000,
                        NO_MEMORY,
                        KernelVersion.V6_18,
                        2,
                        told(uncharged));
        OneCpu.run(cpu -> {
            direct.removeFromCache(cpu, direct.allocate(cpu, 17, 5), 0);
            assertThat(uncharged).containsExactly(5);
        });
    }
}
