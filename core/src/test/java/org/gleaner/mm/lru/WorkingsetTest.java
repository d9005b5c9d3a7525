package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gleaner.mm.folio.FolioLayout.ACTIVE;
import static org.gleaner.mm.folio.FolioLayout.ANON;
import static org.gleaner.mm.folio.FolioLayout.MEMCG_SHIFT;
import static org.gleaner.mm.folio.FolioLayout.ONE_REF;
import static org.gleaner.mm.folio.FolioLayout.REFS_MASK;
import static org.gleaner.mm.folio.FolioLayout.REFS_SHIFT;
import static org.gleaner.mm.folio.FolioLayout.SWAPBACKED;
import static org.gleaner.mm.folio.FolioLayout.WORKINGSET;

import java.util.List;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a shadow remembers of an evicted folio, and what a refault makes of it.
final class WorkingsetTest {
    private static final int MEMCG = 200;

    private final Folios folios = new Folios(PageSize.KIB_4, 64, 52);
    private final Lruvec[] lruvecs = new Lruvec[256];
    private final VmStat stat = new VmStat(1);
    private final Workingset workingset = new Workingset(folios, lruvecs, stat);

    private Lruvec root(boolean lruGen) {
        return new Lruvec(folios, lruGen, KernelVersion.V6_12, null, new VmStat(4));
    }

    private Lruvec lruvec(boolean lruGen) {
        lruvecs[MEMCG] =
                new Lruvec(folios, lruGen, KernelVersion.V6_12, root(lruGen), new VmStat(4));
        return lruvecs[MEMCG];
    }

    private void folio(Cpu cpu, int pfn, long flags) {
        long owner = (long) MEMCG << MEMCG_SHIFT;
        folios.init(cpu, pfn, ANON | SWAPBACKED | owner | ONE_REF | flags);
    }

    private long count(VmEvent event) {
        return stat.get(event);
    }

    // --- generations -------------------------------------------------------------------------

    @Test
    void aPageEvictedFromTheGenerationThatIsStillTheOldestIsRecent() {
        OneCpu.run(cpu -> {
            Lruvec own = lruvec(true);
            own.gen().setMinSeq(cpu, LruGen.ANON, 9);
            folio(cpu, 1, 0);
            long shadow = workingset.evict(cpu, 1, own, MEMCG);
            assertThat(shadow).isNotZero();
            folio(cpu, 2, 0);
            workingset.refault(cpu, 2, shadow, true);
            assertThat(folios.state(cpu, 2) & (WORKINGSET | REFS_MASK))
                    .isEqualTo(WORKINGSET | REFS_MASK);
            assertThat(folios.test(cpu, 2, ACTIVE)).isFalse();
            assertThat(count(VmEvent.WORKINGSET_REFAULT_ANON)).isOne();
            assertThat(count(VmEvent.WORKINGSET_ACTIVATE_ANON)).isOne();
            assertThat(count(VmEvent.WORKINGSET_RESTORE_ANON)).isOne();
        });
    }

    @Test
    void onceTheOldestGenerationHasRetiredARefaultIsOnlyCounted() {
        OneCpu.run(cpu -> {
            Lruvec own = lruvec(true);
            folio(cpu, 1, 0);
            long shadow = workingset.evict(cpu, 1, own, MEMCG);
            own.gen().setMinSeq(cpu, LruGen.ANON, 1);
            folio(cpu, 2, 0);
            workingset.refault(cpu, 2, shadow, true);
            assertThat(folios.state(cpu, 2) & (WORKINGSET | REFS_MASK)).isZero();
            assertThat(count(VmEvent.WORKINGSET_REFAULT_ANON)).isOne();
            assertThat(count(VmEvent.WORKINGSET_ACTIVATE_ANON)).isZero();
        });
    }

    @Test
    void aPageOfAnotherCgroupIsNotEvenCounted() {
        OneCpu.run(cpu -> {
            Lruvec own = lruvec(true);
            lruvecs[3] = new Lruvec(folios, true, KernelVersion.V6_12, root(true), new VmStat(4));
            folio(cpu, 1, 0);
            long shadow = workingset.evict(cpu, 1, own, MEMCG);
            folios.init(cpu, 2, ANON | SWAPBACKED | 3L << MEMCG_SHIFT | ONE_REF);
            workingset.refault(cpu, 2, shadow, true);
            assertThat(count(VmEvent.WORKINGSET_REFAULT_ANON)).isZero();
        });
    }

    @Test
    void outsideAFaultOnlyAPageUsedOftenIsRestored() {
        OneCpu.run(cpu -> {
            Lruvec own = lruvec(true);
            for (long field : List.of(0L, 1L, 2L, 3L)) {
                folio(cpu, 1, WORKINGSET | field << REFS_SHIFT);
                long shadow = workingset.evict(cpu, 1, own, MEMCG);
                folio(cpu, 2, 0);
                workingset.refault(cpu, 2, shadow, false);
                boolean restored = folios.test(cpu, 2, WORKINGSET);
                // references: the field and the flag
                assertThat(restored).as("field %d", field).isEqualTo(field + 1 >= 3);
            }
            assertThat(count(VmEvent.WORKINGSET_RESTORE_ANON)).isEqualTo(2);
            assertThat(count(VmEvent.WORKINGSET_ACTIVATE_ANON)).isEqualTo(4);
        });
    }

    @Test
    void theControllerHearsOfEvictionAndRefaultInTheTierOfThePage() {
        OneCpu.run(cpu -> {
            Lruvec own = lruvec(true);
            folio(cpu, 1, WORKINGSET | 2L << REFS_SHIFT);
            long shadow = 0;
            for (int i = 0; i < 200; i++) {
                shadow = workingset.evict(cpu, 1, own, MEMCG);
            }
            folio(cpu, 2, 0);
            for (int i = 0; i < 200; i++) {
                workingset.refault(cpu, 2, shadow, true);
            }
            // three references are tier 2
            own.gen().tiers(LruGen.ANON).carryOver(cpu);
            assertThat(own.gen().tiers(LruGen.ANON).avgTotal(cpu, 2)).isEqualTo(100);
            assertThat(own.gen().tiers(LruGen.ANON).avgRefaulted(cpu, 2)).isEqualTo(100);
            assertThat(own.gen().tiers(LruGen.ANON).avgTotal(cpu, 0)).isZero();
        });
    }

    @Test
    void sequenceNumbersOfAnyLengthAreComparedInTheBitsThatAreKept() {
        OneCpu.run(cpu -> {
            Lruvec own = lruvec(true);
            long min = (1L << 34) + 12;
            own.gen().setMinSeq(cpu, LruGen.ANON, min);
            folio(cpu, 1, 0);
            long shadow = workingset.evict(cpu, 1, own, MEMCG);
            folio(cpu, 2, 0);
            workingset.refault(cpu, 2, shadow, true);
            assertThat(count(VmEvent.WORKINGSET_ACTIVATE_ANON)).isOne();
        });
    }

    // --- classic lists -----------------------------------------------------------------------

    /// The list that a page competes with is the active one, as of the last flush.
    @ParameterizedTest
    @CsvSource({"0, true", "9, true", "10, true", "11, false"})
    void aPageIsActivatedIfItWasAwayForNoLongerThanTheActiveList(int others, boolean activated) {
        OneCpu.run(cpu -> {
            Lruvec own = lruvec(false);
            for (int pfn = 10; pfn < 20; pfn++) {
                folio(cpu, pfn, ACTIVE);
                own.add(cpu, pfn);
            }
            own.flushStats(cpu);
            folio(cpu, 20, ACTIVE);
            own.add(cpu, 20);
            folio(cpu, 1, 0);
            long shadow = workingset.evict(cpu, 1, own, MEMCG);
            // its own eviction is one tick already
            for (int i = 1; i < others; i++) {
                workingset.evict(cpu, 1, own, MEMCG);
            }
            if (others == 0) {
                own.advanceNonresidentAge(cpu, -1);
            }
            long age = own.nonresidentAge(cpu);
            folio(cpu, 2, 0);
            workingset.refault(cpu, 2, shadow, true);
            assertThat(folios.test(cpu, 2, ACTIVE)).isEqualTo(activated);
            assertThat(folios.test(cpu, 2, WORKINGSET)).isFalse();
            assertThat(own.nonresidentAge(cpu) - age).isEqualTo(activated ? 1 : 0);
            assertThat(count(VmEvent.WORKINGSET_REFAULT_ANON)).isOne();
            assertThat(count(VmEvent.WORKINGSET_ACTIVATE_ANON)).isEqualTo(activated ? 1 : 0);
            assertThat(count(VmEvent.WORKINGSET_RESTORE_ANON)).isZero();
        });
    }

    @Test
    void aWorkingsetPageThatComesBackIsRestoredAndCosts() {
        OneCpu.run(cpu -> {
            Lruvec own = lruvec(false);
            for (int pfn = 10; pfn < 60; pfn++) {
                folio(cpu, pfn, ACTIVE);
                own.add(cpu, pfn);
            }
            own.flushStats(cpu);
            folio(cpu, 1, WORKINGSET);
            long shadow = workingset.evict(cpu, 1, own, MEMCG);
            folio(cpu, 2, 0);
            workingset.refault(cpu, 2, shadow, true);
            assertThat(folios.test(cpu, 2, WORKINGSET)).isTrue();
            assertThat(count(VmEvent.WORKINGSET_RESTORE_ANON)).isOne();
            // 32, halved because it exceeds a quarter of 50
            assertThat(own.cost().anon(cpu)).isEqualTo(16);
            assertThat(own.cost().file(cpu)).isZero();
        });
    }

    @Test
    void aPageEvictedByItsHostsShortageIsJudgedByTheHostsClock() {
        OneCpu.run(cpu -> {
            lruvec(false);
            lruvecs[0] = root(false);
            folio(cpu, 1, 0);
            lruvecs[0].advanceNonresidentAge(cpu, 1_000);
            long shadow = workingset.evict(cpu, 1, lruvecs[0], 0);
            assertThat(lruvecs[0].nonresidentAge(cpu)).isEqualTo(1_001);
            assertThat(lruvecs[MEMCG].nonresidentAge(cpu)).isZero();
            lruvecs[0].advanceNonresidentAge(cpu, 5);
            folio(cpu, 2, 0);
            workingset.refault(cpu, 2, shadow, true);
            assertThat(folios.test(cpu, 2, ACTIVE)).as("distance 6 of nothing").isFalse();
        });
    }

    @Test
    void noShadowNoRefault() {
        OneCpu.run(cpu -> {
            lruvec(true);
            folio(cpu, 1, 0);
            workingset.refault(cpu, 1, 0, true);
            assertThat(count(VmEvent.WORKINGSET_REFAULT_ANON)).isZero();
        });
    }
}
