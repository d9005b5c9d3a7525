package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gleaner.mm.SmallHost.HUGE_PAGES;
import static org.gleaner.mm.folio.FolioLayout.IDLE;
import static org.gleaner.mm.folio.FolioLayout.LRU;
import static org.gleaner.mm.folio.FolioLayout.mapcount;
import static org.gleaner.mm.folio.FolioLayout.refcount;

import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.gup.Lookup;
import org.gleaner.mm.gup.PageClaim;
import org.gleaner.mm.gup.UserPages;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memory.HugetlbPool;
import org.gleaner.mm.space.HugetlbFile;
import org.gleaner.mm.space.Vma;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Memory from the hugetlb pool.
final class HugetlbTest {
    private static final long AT = 16 * HUGE_PAGES;

    private final SmallHost small = SmallHost.virtual();

    private HugetlbPool grown(Cpu cpu, int pages) {
        HugetlbPool pool = small.host().node().hugetlb();
        assertThat(pool.grow(cpu, pages)).isEqualTo(pages);
        return pool;
    }

    private HugetlbFile newFile(HugetlbPool pool, int pages, boolean reserves) {
        return small.host().objects().newHugetlb(pool, pages, reserves);
    }

    private static Vma map(Cpu cpu, Process p, long at, HugetlbFile file) {
        return p.mm.map(cpu, at, (long) file.hugePages() * HUGE_PAGES, file, 0, true);
    }

    private void assertPool(Cpu cpu, int pages, int free, int reserved) {
        HugetlbPool pool = small.host().node().hugetlb();
        assertThat(new int[] {pool.pages(cpu), pool.free(cpu), pool.reserved(cpu)})
                .containsExactly(pages, free, reserved);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePoolTakesAlignedPagesFromEitherZone(boolean thp) {
        SmallHost host = thp ? small.thp() : small;
        host.frames(10 * HUGE_PAGES + 100)
                .run(cpu -> {
                    HugetlbPool pool = host.host().node().hugetlb();
                    assertThat(pool.grow(cpu, 10)).isEqualTo(10);
                    assertThat(pool.grow(cpu, 1)).isZero();
                    pool.forEachFree(first -> assertThat(first % HUGE_PAGES).isZero());
                });
    }

    @Test
    void oneFaultMapsAHugeLeafAndKeepsAPromise() {
        small.run(cpu -> {
            HugetlbPool pool = grown(cpu, 4);
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            long charged = p.memcg.usage().snapshot();
            HugetlbFile file = newFile(pool, 3, true);
            Vma vma = map(cpu, p, AT, file);
            assertPool(cpu, 4, 4, 3);
            long faults = small.stat(VmEvent.PGFAULT);
            for (int i = 0; i < HUGE_PAGES; i++) {
                assertThat(p.task.access(cpu, AT + i, i % 2 == 0)).isZero();
            }
            assertThat(small.stat(VmEvent.PGFAULT) - faults).isOne();
            assertPool(cpu, 4, 3, 2);
            long page = AT - Process.BASE;
            assertThat(p.isHuge(page)).isTrue();
            long state = small.host().folios().peek(cpu, p.hugeFolio(page));
            assertThat(refcount(state)).as("the file's and the leaf's").isEqualTo(2);
            assertThat(mapcount(state)).isOne();
            assertThat(state & LRU).isZero();
            assertThat(p.memcg.usage().snapshot()).as("no cgroup pays").isEqualTo(charged);
            small.host().mappingChanges().unmap(cpu, vma);
            assertPool(cpu, 4, 3, 2);
            small.host().mappingChanges().close(cpu, file);
            assertPool(cpu, 4, 4, 0);
            small.host().mappingChanges().exit(cpu, p.mm);
        });
    }

    @Test
    void whatThePoolCannotPromiseIsNotMapped() {
        small.run(cpu -> {
            HugetlbPool pool = grown(cpu, 2);
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            HugetlbFile two = newFile(pool, 2, true);
            map(cpu, p, AT, two);
            HugetlbFile one = newFile(pool, 1, true);
            assertThatThrownBy(() -> map(cpu, p, AT + 8 * HUGE_PAGES, one))
                    .hasMessageContaining("too few pages (-ENOMEM)");
            assertThatThrownBy(
                            () -> p.mm.map(cpu, AT + 8 * HUGE_PAGES + 1, HUGE_PAGES, one, 0, true))
                    .hasMessageContaining("-EINVAL");
            // a second mapping of the same file needs no second promise
            map(cpu, p, AT + 8 * HUGE_PAGES, two);
            assertPool(cpu, 2, 2, 2);
            // without a promise there is no page, though two are free
            HugetlbFile bold = newFile(pool, 1, false);
            map(cpu, p, AT + 16 * HUGE_PAGES, bold);
            assertThat(p.task.access(cpu, AT + 16 * HUGE_PAGES, true)).isEqualTo(PageFaults.FAULT);
            PageClaim claim = new PageClaim();
            UserPages pages = small.host().pages().of(p.mm);
            pages.lookUp(cpu, AT + 16 * HUGE_PAGES, Lookup.WRITE, claim);
            assertThat(claim.error()).isEqualTo(PageClaim.FAULT);
            assertThat(p.task.access(cpu, AT + HUGE_PAGES, true)).isZero();
            assertPool(cpu, 2, 1, 1);
            small.host().mappingChanges().close(cpu, one);
            small.host().mappingChanges().exitWithFiles(cpu, p.mm);
            assertPool(cpu, 2, 2, 0);
        });
    }

    @Test
    void aPinOutlivesTheFile() {
        small.run(cpu -> {
            HugetlbPool pool = grown(cpu, 1);
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            map(cpu, p, AT, newFile(pool, 1, true));
            UserPages pages = small.host().pages().of(p.mm);
            PageClaim claim = new PageClaim();
            pages.lookUp(cpu, AT + 7, Lookup.WRITE | Lookup.PIN, claim);
            int head = claim.pfn() - 7;
            assertThat(small.host().folios().maybePinned(cpu, head)).isTrue();
            assertThat(pages.mappingLevel(cpu, AT + 7)).isEqualTo(2);
            assertThat(small.host().userMemory().split(cpu, head)).isFalse();
            small.host().mappingChanges().exitWithFiles(cpu, p.mm);
            assertPool(cpu, 1, 0, 0);
            pages.put(cpu, claim);
            assertPool(cpu, 1, 1, 0);
        });
    }

    /// Neither reclaim, nor MGLRU's walks, nor idle tracking, nor NUMA balancing sees it.
    @ParameterizedTest
    @ValueSource(ints = {0, 7})
    void nobodyReclaimsOrAgesIt(int lruGen) {
        small.lruGen(lruGen)
                .run(cpu -> {
                    HugetlbPool pool = grown(cpu, 2);
                    Process p = small.process(cpu, 300, 2_000);
                    Vma vma = map(cpu, p, AT, newFile(pool, 2, true));
                    p.task.access(cpu, AT, true);
                    p.task.access(cpu, AT + HUGE_PAGES, false);
                    int head = p.hugeFolio(AT - Process.BASE);
                    small.host().pageIdle().mark(cpu, head);
                    assertThat(small.host().folios().peek(cpu, head) & IDLE).isZero();
                    assertThat(
                                    small.host()
                                            .userMemory()
                                            .actors()
                                            .numaScan()
                                            .scan(cpu, vma, AT, vma.end()))
                            .isZero();
                    p.writeAll(cpu, 0, 2_000);
                    assertThat(p.isSwapped(0)).isTrue();
                    long faults = small.stat(VmEvent.PGFAULT);
                    assertThat(p.task.access(cpu, AT + 9, false)).isZero();
                    assertThat(small.stat(VmEvent.PGFAULT))
                            .as("the leaf is there")
                            .isEqualTo(faults);
                    assertThat(p.hugeFolio(AT - Process.BASE)).isEqualTo(head);
                    small.host().mappingChanges().exitWithFiles(cpu, p.mm);
                });
    }

    @Test
    void aPageThatIsFreeAndBrokenLeavesThePool() {
        small.run(cpu -> {
            HugetlbPool pool = grown(cpu, 2);
            Process p = small.process(cpu, Memcg.UNLIMITED, 100);
            HugetlbFile file = newFile(pool, 1, true);
            map(cpu, p, AT, file);
            int[] first = new int[1];
            pool.forEachFree(pfn -> first[0] = pfn);
            assertThat(small.host().userMemory().failure().fail(cpu, first[0] + 5)).isTrue();
            assertPool(cpu, 1, 1, 1);
            pool.forEachFree(pfn -> first[0] = pfn);
            assertThat(small.host().userMemory().failure().fail(cpu, first[0]))
                    .as("somebody was promised it")
                    .isFalse();
            small.host().mappingChanges().exitWithFiles(cpu, p.mm);
        });
    }

    /// Two processes that fault on one file at once get the same pages, zeroed once.
    @Test
    void faultsOnOnePageTakeTurns() {
        SmallHost threads = SmallHost.threads();
        Word ready = new Word();
        HugetlbFile[] file = new HugetlbFile[1];
        Actor second =
                cpu -> {
                    cpu.block(ready, -1, 1);
                    Process p = threads.process(cpu, Memcg.UNLIMITED, 1);
                    map(cpu, p, AT, file[0]);
                    for (int i = 0; i < 8; i++) {
                        assertThat(p.task.access(cpu, AT + (long) i * HUGE_PAGES, true)).isZero();
                    }
                };
        threads.run(
                cpu -> {
                    HugetlbPool pool = threads.host().node().hugetlb();
                    assertThat(pool.grow(cpu, 8)).isEqualTo(8);
                    file[0] = threads.host().objects().newHugetlb(pool, 8, true);
                    Process p = threads.process(cpu, Memcg.UNLIMITED, 1);
                    map(cpu, p, AT, file[0]);
                    cpu.store(ready, 1);
                    for (int i = 7; i >= 0; i--) {
                        assertThat(p.task.access(cpu, AT + (long) i * HUGE_PAGES, true)).isZero();
                    }
                },
                second);
    }
}
