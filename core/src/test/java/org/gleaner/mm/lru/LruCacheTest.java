package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.ACTIVE;
import static org.gleaner.mm.folio.FolioLayout.ANON;
import static org.gleaner.mm.folio.FolioLayout.LRU;
import static org.gleaner.mm.folio.FolioLayout.REFERENCED;
import static org.gleaner.mm.folio.FolioLayout.SWAPCACHE;
import static org.gleaner.mm.folio.FolioLayout.UPTODATE;
import static org.gleaner.mm.folio.FolioLayout.refcount;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Per-CPU batches and what they do to order, references and flags.
final class LruCacheTest {
    private final SmallHost small = SmallHost.virtual();

    private int folio(Cpu cpu, Memcg memcg) {
        return small.host().allocator().allocate(cpu, memcg, ANON | UPTODATE);
    }

    private Folios folios() {
        return small.host().folios();
    }

    private LruCache lru() {
        return small.host().lru();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 0})
    void foliosAreInvisibleUntilThe31st(int lruGen) {
        small.lruGen(lruGen);
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(Memcg.UNLIMITED);
            int[] pfns = new int[31];
            for (int i = 0; i < 31; i++) {
                assertThat(memcg.lruvec().evictable()).isZero();
                pfns[i] = folio(cpu, memcg);
                lru().add(cpu, pfns[i], true);
                if (i < 30) {
                    assertThat(refcount(folios().peek(cpu, pfns[i]))).isEqualTo(2);
                    assertThat(folios().test(cpu, pfns[i], LRU)).isFalse();
                }
            }
            assertThat(memcg.lruvec().evictable()).isEqualTo(31);
            for (int pfn : pfns) {
                assertThat(refcount(folios().peek(cpu, pfn))).isOne();
                lru().put(cpu, pfn);
            }
            assertThat(memcg.lruvec().evictable()).isZero();
        });
    }

    @Test
    void aFolioAddedByAFaultIsTheYoungestAndOthersTheSecondYoungest() {
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(Memcg.UNLIMITED);
            int fault = folio(cpu, memcg);
            int other = folio(cpu, memcg);
            lru().add(cpu, fault, true);
            lru().add(cpu, other, false);
            assertThat(folios().test(cpu, fault, ACTIVE)).isTrue();
            lru().drain(cpu);
            LruGen gen = memcg.lruvec().gen();
            assertThat(gen.nrPages(LruGen.slot(3), LruGen.ANON)).isOne();
            assertThat(gen.nrPages(LruGen.slot(2), LruGen.ANON)).isOne();
            assertThat(folios().lists.tail(gen.list(3, LruGen.ANON))).isEqualTo(fault);
            lru().put(cpu, fault);
            lru().put(cpu, other);
        });
    }

    /// Where the sequence number is chosen when the batch is flushed, not when the folio is added.
    @Test
    void theGenerationIsChosenAtTheFlush() {
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(Memcg.UNLIMITED);
            int pfn = folio(cpu, memcg);
            lru().add(cpu, pfn, true);
            assertThat(small.host().reclaim().age(cpu, memcg)).isTrue();
            lru().drain(cpu);
            assertThat(memcg.lruvec().gen().nrPages(LruGen.slot(4), LruGen.ANON)).isOne();
            lru().put(cpu, pfn);
        });
    }

    @Test
    void activationsMoveFoliosThatAreStillListed() {
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(Memcg.UNLIMITED);
            int stays = folio(cpu, memcg);
            int leaves = folio(cpu, memcg);
            for (int pfn : new int[] {stays, leaves}) {
                lru().activate(cpu, pfn);
                assertThat(refcount(folios().peek(cpu, pfn))).as("not listed").isOne();
                lru().add(cpu, pfn, true);
            }
            lru().drain(cpu);
            small.host().reclaim().age(cpu, memcg);
            lru().activate(cpu, stays);
            lru().activate(cpu, stays);
            lru().activate(cpu, leaves);
            assertThat(refcount(folios().peek(cpu, stays))).isEqualTo(3);
            assertThat(folios().test(cpu, stays, LRU)).as("stays listed").isTrue();
            folios().testAndClear(cpu, leaves, LRU);
            memcg.lruvec().lock().lock(cpu);
            memcg.lruvec().isolateFromGen(cpu, leaves);
            memcg.lruvec().lock().unlock(cpu);
            lru().drain(cpu);
            // the duplicate moves it again
            assertThat(small.stat(VmEvent.PGACTIVATE)).isEqualTo(2);
            assertThat(memcg.lruvec().gen().nrPages(LruGen.slot(4), 0)).isOne();
            assertThat(folios().test(cpu, leaves, ACTIVE)).isFalse();
            lru().put(cpu, stays);
            lru().put(cpu, leaves);
        });
    }

    @Test
    void aRotatedFolioGoesToTheTailOfTheOldestGeneration() {
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(Memcg.UNLIMITED);
            int[] pfns = new int[3];
            for (int i = 0; i < 3; i++) {
                pfns[i] = folio(cpu, memcg);
                lru().add(cpu, pfns[i], true);
            }
            lru().drain(cpu);
            // as if in the swap cache, where its own reference stands for the cache's
            folios().set(cpu, pfns[1], SWAPCACHE);
            lru().rotate(cpu, pfns[1]);
            lru().drain(cpu);
            LruGen gen = memcg.lruvec().gen();
            assertThat(gen.nrPages(LruGen.slot(0), LruGen.ANON)).isOne();
            assertThat(folios().lists.tail(gen.list(0, LruGen.ANON))).isEqualTo(pfns[1]);
            assertThat(small.stat(VmEvent.PGROTATED)).isOne();
            folios().clear(cpu, pfns[1], SWAPCACHE);
            for (int pfn : pfns) {
                lru().put(cpu, pfn);
            }
        });
    }

    @Test
    void theClassicListsActivateAtTheSecondTouch() {
        small.classic();
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(Memcg.UNLIMITED);
            Lruvec lruvec = memcg.lruvec();
            int pfn = folio(cpu, memcg);
            lru().add(cpu, pfn, true);
            lru().drain(cpu);
            assertThat(lruvec.size(LruList.INACTIVE_ANON)).isOne();
            lru().markAccessed(cpu, pfn);
            assertThat(folios().test(cpu, pfn, REFERENCED)).isTrue();
            assertThat(lruvec.nonresidentAge(cpu)).isZero();
            lru().markAccessed(cpu, pfn);
            assertThat(folios().test(cpu, pfn, REFERENCED)).isFalse();
            assertThat(lruvec.nonresidentAge(cpu)).isOne();
            assertThat(lruvec.size(LruList.ACTIVE_ANON)).isZero();
            lru().drain(cpu);
            assertThat(lruvec.size(LruList.ACTIVE_ANON)).isOne();
            assertThat(lruvec.size(LruList.INACTIVE_ANON)).isZero();
            assertThat(small.stat(VmEvent.PGACTIVATE)).isOne();
            lru().markAccessed(cpu, pfn);
            lru().markAccessed(cpu, pfn);
            assertThat(lruvec.nonresidentAge(cpu)).isOne();
            lru().put(cpu, pfn);
        });
    }

    @Test
    void theClassicListsActivateInsideTheAddBatch() {
        small.classic();
        small.run(cpu -> {
            Memcg memcg = small.host().memcgs().add(Memcg.UNLIMITED);
            int pfn = folio(cpu, memcg);
            lru().add(cpu, pfn, true);
            lru().markAccessed(cpu, pfn);
            lru().markAccessed(cpu, pfn);
            assertThat(folios().test(cpu, pfn, ACTIVE)).isTrue();
            lru().drain(cpu);
            assertThat(memcg.lruvec().size(LruList.ACTIVE_ANON)).isOne();
            assertThat(small.stat(VmEvent.PGACTIVATE)).isZero();
            lru().put(cpu, pfn);
        });
    }

    @Test
    void aBatchOfSeveralCgroupsFindsEachFoliosOwnLists() {
        small.run(cpu -> {
            Memcg one = small.host().memcgs().add(Memcg.UNLIMITED);
            Memcg two = small.host().memcgs().add(Memcg.UNLIMITED);
            int[] pfns = new int[20];
            for (int i = 0; i < 20; i++) {
                pfns[i] = folio(cpu, i % 3 == 0 ? one : two);
                lru().add(cpu, pfns[i], true);
            }
            lru().drain(cpu);
            assertThat(one.lruvec().evictable()).isEqualTo(7);
            assertThat(two.lruvec().evictable()).isEqualTo(13);
            for (int pfn : pfns) {
                lru().put(cpu, pfn);
            }
        });
    }
}
