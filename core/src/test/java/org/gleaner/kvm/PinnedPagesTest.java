package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.kvm.GuestOfHost.OTHER;
import static org.gleaner.mm.folio.FolioLayout.DIRTY;
import static org.gleaner.mm.folio.FolioLayout.PIN_BIAS;
import static org.gleaner.mm.folio.FolioLayout.refcount;

import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.kvm.pfn.PfnCache;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.space.DeviceMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The kernel's own uses of a guest's pages, on a host of real memory management.
final class PinnedPagesTest {
    private static final int NO_FOLIO = 1 << 24;

    private static int references(Cpu cpu, GuestOfHost guest, int pfn) {
        int folio = guest.host.folios().folio(cpu, pfn);
        return refcount(guest.host.folios().peek(cpu, folio));
    }

    private static void run(GuestOfHost.Body body) {
        GuestOfHost.run(SmallHost.virtual(), GuestOfHost.config(), Memcg.UNLIMITED, 64, body);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPinCountsAThousandReferencesAndEndsWithThem(boolean write) {
        run((cpu, guest) -> {
            guest.process.write(cpu, 3);
            guest.host.lru().drain(cpu);
            int pfn = guest.process.pfn(3);
            int before = references(cpu, guest, pfn);
            HostMap map = guest.vm.direct().newMap();
            assertThat(map.map(cpu, 3, write)).isZero();
            assertThat(map.pfn()).isEqualTo(pfn);
            assertThat(references(cpu, guest, pfn)).isEqualTo(before + PIN_BIAS);
            assertThat(guest.host.folios().maybePinned(cpu, pfn)).isTrue();
            guest.host.folios().clear(cpu, pfn, DIRTY);
            map.unmap(cpu);
            assertThat(guest.host.folios().test(cpu, pfn, DIRTY)).isEqualTo(write);
            assertThat(references(cpu, guest, pfn)).isEqualTo(before);
            assertThat(guest.host.folios().maybePinned(cpu, pfn)).isFalse();
        });
    }

    /// Two rounds over three times the memory that the process may have.
    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    void reclaimPassesOverAPinnedPageAndTakesItAfterwards(int lruGen) {
        GuestOfHost.run(
                SmallHost.virtual().lruGen(lruGen),
                GuestOfHost.config(),
                300,
                900,
                (cpu, guest) -> {
                    HostMap map = guest.vm.direct().newMap();
                    assertThat(map.map(cpu, 3, true)).isZero();
                    int pfn = map.pfn();
                    guest.process.writeAll(cpu, 4, 900);
                    guest.process.writeAll(cpu, 4, 900);
                    assertThat(guest.process.isSwapped(4)).isTrue();
                    assertThat(guest.process.pfn(3)).as("mapped all the time").isEqualTo(pfn);
                    map.unmap(cpu);
                    // the classic lists keep it: unmapping has marked it, and it is active
                    for (int round = 0;
                            lruGen != 0 && round < 8 && !guest.process.isSwapped(3);
                            round++) {
                        guest.process.writeAll(cpu, 4, 900);
                    }
                    assertThat(guest.process.isSwapped(3)).isEqualTo(lruGen != 0);
                });
    }

    @Test
    void aLargeFolioCountsItsPinsAndIsNotSplitWhilePinned() {
        GuestOfHost.run(
                SmallHost.virtual().thp(),
                GuestOfHost.config(),
                Memcg.UNLIMITED,
                1_024,
                (cpu, guest) -> {
                    guest.process.write(cpu, 0);
                    int head = guest.process.hugeFolio(0);
                    guest.host.lru().drain(cpu);
                    int before = references(cpu, guest, head);
                    HostMap first = guest.vm.direct().newMap();
                    HostMap second = guest.vm.direct().newMap();
                    assertThat(first.map(cpu, 5, true)).isZero();
                    assertThat(second.map(cpu, 6, false)).isZero();
                    assertThat(first.pfn()).isEqualTo(head + 5);
                    assertThat(references(cpu, guest, head)).isEqualTo(before + 2);
                    assertThat(guest.host.folios().maybePinned(cpu, head)).isTrue();
                    first.unmap(cpu);
                    assertThat(guest.host.userMemory().split(cpu, head)).isFalse();
                    assertThat(guest.host.folios().maybePinned(cpu, head)).isTrue();
                    second.unmap(cpu);
                    assertThat(guest.host.folios().maybePinned(cpu, head)).isFalse();
                    assertThat(references(cpu, guest, head)).isEqualTo(before);
                    assertThat(guest.host.userMemory().split(cpu, head)).isTrue();
                });
    }

    /// Invariant P10, where the host's memory management answers.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDevicesFrameIsMappedOnlyWhereThatIsAllowed(boolean allowed) {
        GuestOfHost.run(
                SmallHost.virtual(),
                GuestOfHost.config().withUnsafeMappings(allowed),
                Memcg.UNLIMITED,
                64,
                (cpu, guest) -> {
                    DeviceMemory device = guest.host.objects().newDevice(16, NO_FOLIO, true);
                    guest.map(cpu, device, 16, true);
                    HostMap map = guest.vm.direct().newMap();
                    assertThat(map.map(cpu, OTHER + 2, true))
                            .isEqualTo(allowed ? 0 : HostMap.INVALID);
                    assertThat(map.isPinned()).isFalse();
                    assertThat(map.pfn()).isEqualTo(allowed ? NO_FOLIO + 2 : -1);
                    map.unmap(cpu);
                });
    }

    @Test
    void aCacheOfAPageIsToldWhenReclaimTakesIt() {
        GuestOfHost.run(
                SmallHost.virtual(),
                GuestOfHost.config(),
                300,
                900,
                (cpu, guest) -> {
                    PfnCache cache = guest.vm.direct().newCache();
                    assertThat(cache.activate(cpu, 3)).isZero();
                    assertThat(cache.lockValid(cpu)).isTrue();
                    cache.unlock(cpu);
                    guest.process.writeAll(cpu, 4, 900);
                    guest.process.writeAll(cpu, 4, 900);
                    assertThat(guest.process.isSwapped(3)).isTrue();
                    assertThat(cache.lockValid(cpu)).isFalse();
                    assertThat(cache.refresh(cpu)).isZero();
                    assertThat(cache.lockValid(cpu)).isTrue();
                    assertThat(cache.pfn()).isEqualTo(guest.process.pfn(3));
                    cache.unlock(cpu);
                    cache.deactivate(cpu);
                });
    }

    /// What a lookup itself tells a page is counted apart from what KVM tells it.
    @Test
    void lookupsTouchAndKvmMarks() {
        run((cpu, guest) -> {
            guest.process.write(cpu, 3);
            long touches = guest.host.pages().gup().touches();
            long dirtied = guest.host.pages().gup().dirtied();
            PageClaim claim = new PageClaim();
            assertThat(guest.vm.direct().page().find(cpu, 3, true, claim)).isTrue();
            guest.pages.put(cpu, claim);
            assertThat(guest.host.pages().gup().touches()).isEqualTo(touches + 1);
            assertThat(guest.host.pages().gup().dirtied()).isEqualTo(dirtied);
            assertThat(guest.vcpu.page().accessed()).isZero();
            assertThat(guest.vcpu.access(cpu, 3, false)).isZero();
            assertThat(guest.host.pages().gup().touches()).isEqualTo(touches + 2);
            assertThat(guest.vcpu.page().accessed()).isOne();
        });
    }
}
