package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.SmallHost.HUGE_PAGES;
import static org.gleaner.mm.folio.FolioLayout.refcount;
import static org.gleaner.mm.gup.Lookup.NOWAIT;
import static org.gleaner.mm.gup.Lookup.PIN;
import static org.gleaner.mm.gup.Lookup.WANT_WRITABLE;
import static org.gleaner.mm.gup.Lookup.WRITE;

import org.gleaner.kvm.pfn.HostMap;
import org.gleaner.kvm.pfn.PfnDesign;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.HugetlbPool;
import org.gleaner.mm.space.HugetlbFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Memory of a guest that is found broken.
final class BrokenMemoryTest {
    private static final int PAGES = 1_024;

    /// S7: the process is told, nothing is leaked, and the rest of the guest goes on.
    @ParameterizedTest
    @EnumSource
    void theGuestsProcessIsToldAndNothingIsLeaked(PfnDesign design) {
        GuestOfHost.run(
                SmallHost.virtual(),
                GuestOfHost.config().withPfn(design),
                Memcg.UNLIMITED,
                PAGES,
                (cpu, guest) -> {
                    guest.process.writeAll(cpu, 0, 16);
                    int pfn = guest.process.pfn(5);
                    assertThat(guest.vcpu.access(cpu, 5, true)).isZero();
                    assertThat(guest.host.userMemory().failure().fail(cpu, pfn)).isTrue();
                    for (int i = 1; i <= 3; i++) {
                        assertThat(guest.vcpu.access(cpu, 5, i == 2))
                                .isEqualTo(PageClaim.SIGPENDING);
                        assertThat(guest.vcpu.stat().poisons()).isEqualTo(i);
                        assertThat(guest.vcpu.stat().poison()).isEqualTo(Process.BASE + 5);
                    }
                    long state = guest.host.folios().peek(cpu, pfn);
                    assertThat(refcount(state)).as("that which keeps it").isOne();
                    assertThat(guest.vcpu.access(cpu, 6, true)).isZero();
                    guest.host.mappingChanges().unmap(cpu, guest.process.vma);
                    assertThat(guest.host.folios().peek(cpu, pfn)).isEqualTo(state);
                });
    }

    /// Kind O of the table.
    @Test
    void everyCallSaysWhy() {
        GuestOfHost.run(
                SmallHost.virtual(),
                GuestOfHost.config(),
                Memcg.UNLIMITED,
                PAGES,
                (cpu, guest) -> {
                    guest.process.writeAll(cpu, 0, 16);
                    assertThat(guest.host.userMemory().failure().fail(cpu, guest.process.pfn(5)))
                            .isTrue();
                    PageClaim claim = new PageClaim();
                    for (int how : new int[] {WANT_WRITABLE, WRITE, WRITE | PIN, PIN, 0}) {
                        for (int nowait : new int[] {0, NOWAIT}) {
                            guest.pages.lookUp(cpu, Process.BASE + 5, how | nowait, claim);
                            assertThat(claim.error()).isEqualTo(PageClaim.HWPOISON);
                        }
                    }
                    guest.pages.put(cpu, claim);
                    assertThat(guest.vm.direct().newMap().map(cpu, 5, true))
                            .isEqualTo(HostMap.INVALID);
                    assertThat(guest.vm.direct().page().find(cpu, 5, false, claim)).isFalse();
                    PageClaim[] claims = {claim};
                    assertThat(guest.vm.direct().page().prefetch(cpu, 5, claims, 1)).isZero();
                });
    }

    /// The other 511 pages stay where they are.
    @Test
    void aHugePageIsSplitAndLosesOnePage() {
        GuestOfHost.run(
                SmallHost.virtual().thp(),
                GuestOfHost.config(),
                Memcg.UNLIMITED,
                PAGES,
                (cpu, guest) -> {
                    guest.process.write(cpu, 0);
                    int head = guest.process.hugeFolio(0);
                    assertThat(guest.frame(cpu, 7)).isEqualTo(head + 7);
                    assertThat(guest.host.userMemory().failure().fail(cpu, head + 7)).isTrue();
                    assertThat(guest.frame(cpu, 7)).isEqualTo(PageClaim.SIGPENDING);
                    assertThat(guest.frame(cpu, 6)).isEqualTo(head + 6);
                    assertThat(guest.frame(cpu, 0)).isEqualTo(head);
                });
    }

    @Test
    void aPinnedHugePageIsInSomebodysHands() {
        GuestOfHost.run(
                SmallHost.virtual().thp(),
                GuestOfHost.config(),
                Memcg.UNLIMITED,
                PAGES,
                (cpu, guest) -> {
                    guest.process.write(cpu, 0);
                    int head = guest.process.hugeFolio(0);
                    HostMap map = guest.vm.direct().newMap();
                    assertThat(map.map(cpu, 3, true)).isZero();
                    assertThat(guest.host.userMemory().failure().fail(cpu, head + 7)).isFalse();
                    map.unmap(cpu);
                    assertThat(guest.frame(cpu, 7)).isEqualTo(head + 7);
                    int drivers = guest.host.node().driverFrames().allocate(cpu, 0, false);
                    assertThat(guest.host.userMemory().failure().fail(cpu, drivers)).isFalse();
                });
    }

    /// T-M8: one page of a hugetlb page is broken, and all 512 are gone from host and guest.
    @ParameterizedTest
    @EnumSource
    void aHugetlbPageIsLostAsAWhole(PfnDesign design) {
        GuestOfHost.run(
                SmallHost.virtual(),
                GuestOfHost.config().withPfn(design),
                Memcg.UNLIMITED,
                PAGES,
                (cpu, guest) -> {
                    HugetlbPool pool = guest.host.node().hugetlb();
                    assertThat(pool.grow(cpu, 3)).isEqualTo(3);
                    HugetlbFile file = guest.host.objects().newHugetlb(pool, 2, true);
                    guest.map(cpu, file, 2 * HUGE_PAGES, true);
                    long other = GuestOfHost.OTHER;
                    long head = guest.frame(cpu, other);
                    long second = guest.frame(cpu, other + HUGE_PAGES);
                    assertThat(guest.vm.countLeaves(cpu, false)).isEqualTo(2);
                    long faults = guest.vcpu.stat().faults();
                    assertThat(guest.frame(cpu, other + 77)).isEqualTo(head + 77);
                    assertThat(guest.vcpu.stat().faults())
                            .as("one leaf of 2 MiB")
                            .isEqualTo(faults);
                    assertThat(guest.host.userMemory().failure().fail(cpu, (int) head + 77))
                            .isTrue();
                    assertThat(guest.vm.countLeaves(cpu, false)).isOne();
                    for (int page : new int[] {0, 77, 78, 511}) {
                        assertThat(guest.frame(cpu, other + page)).isEqualTo(PageClaim.SIGPENDING);
                        assertThat(guest.vcpu.stat().poison()).isEqualTo(other + page);
                        assertThat(guest.process.task.access(cpu, other + page, false))
                                .isEqualTo(PageFaults.HWPOISON);
                    }
                    assertThat(guest.frame(cpu, other + HUGE_PAGES)).isEqualTo(second);
                    PageClaim claim = new PageClaim();
                    for (int how : new int[] {WANT_WRITABLE, WRITE, WRITE | PIN, PIN, 0}) {
                        guest.pages.lookUp(cpu, other + 3, how, claim);
                        assertThat(claim.error()).isEqualTo(PageClaim.HWPOISON);
                        guest.pages.put(cpu, claim);
                    }
                    // the file remembers, whoever maps it
                    guest.process.mm.map(cpu, 4 * other, 2 * HUGE_PAGES, file, 0, true);
                    assertThat(guest.process.task.access(cpu, 4 * other + 9, true))
                            .isEqualTo(PageFaults.HWPOISON);
                    assertThat(guest.host.userMemory().failure().fail(cpu, (int) head)).isFalse();
                    guest.host.mappingChanges().close(cpu, file);
                    guest.host.mappingChanges().unmap(cpu, guest.process.mm.vma(other));
                    guest.host.mappingChanges().unmap(cpu, guest.process.mm.vma(4 * other));
                    assertThat(pool.free(cpu)).as("one is lost for good").isEqualTo(2);
                });
    }
}
