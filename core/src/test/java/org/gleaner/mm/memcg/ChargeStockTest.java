package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Charges ahead: for how many cgroups, and who can take them back.
final class ChargeStockTest {
    private final Folios folios = new Folios(PageSize.KIB_4, 1, 13 * 16);
    private final List<Memcg> all = new ArrayList<>();

    ChargeStockTest() {
        add(null);
        for (int i = 0; i < 9; i++) {
            add(all.getFirst());
        }
    }

    private Memcg add(Memcg parent) {
        Lruvec above = parent == null ? null : parent.lruvec();
        Memcg memcg =
                new Memcg(
                        all.size(),
                        parent,
                        new Lruvec(folios, true, KernelVersion.V6_12, above, new VmStat(4)),
                        4);
        all.add(memcg);
        return memcg;
    }

    private static MemcgCharge charge(StockRule rule) {
        return new MemcgCharge((cpu, memcg, goal) -> 0, rule, 4, 1, MemorySteps.LINUX);
    }

    @ParameterizedTest
    @CsvSource({"SINGLE, 1", "RANDOM, 7", "ROUND_ROBIN, 7"})
    void soManyCgroupsHaveAStockOnOneCpu(StockRule rule, int stocks) {
        MemcgCharge charge = charge(rule);
        OneCpu.run(cpu -> {
            for (int round = 0; round < 20; round++) {
                for (int id = 1; id <= 9; id++) {
                    assertThat(charge.charge(cpu, all.get(id))).isTrue();
                }
            }
        });
        assertThat(all.stream().filter(memcg -> charge.stocked(memcg) > 0)).hasSize(stocks);
        for (int id = 1; id <= 9; id++) {
            Memcg memcg = all.get(id);
            assertThat(memcg.current()).isEqualTo(20 + charge.stocked(memcg));
        }
    }

    @Test
    void inTurnTheOldestStockGoes() {
        MemcgCharge charge = charge(StockRule.ROUND_ROBIN);
        OneCpu.run(cpu -> {
            for (int id = 1; id <= 9; id++) {
                charge.charge(cpu, all.get(id));
            }
        });
        assertThat(charge.stocked(all.get(1))).isZero();
        assertThat(charge.stocked(all.get(2))).isZero();
        assertThat(charge.stocked(all.get(3))).isEqualTo(63);
        assertThat(charge.stocked(all.get(9))).isEqualTo(63);
    }

    @Test
    void underALimitTheStocksOfAllCpusAreTakenBack() {
        MemcgCharge charge = charge(StockRule.SINGLE);
        Memcg memcg = all.get(1);
        memcg.setMax(130);
        OneCpu.run(
                cpu -> assertThat(charge.charge(cpu, memcg)).isTrue(),
                cpu -> {
                    cpu.sleep(1_000);
                    assertThat(charge.stocked(memcg)).isEqualTo(63);
                    // 64 of the 130 are the other CPU's: without its stock 129 pages do not fit
                    for (int page = 0; page < 129; page++) {
                        assertThat(charge.charge(cpu, memcg)).as("page %d", page).isTrue();
                    }
                });
        assertThat(memcg.current()).isEqualTo(130);
        assertThat(charge.stocked(memcg)).isZero();
        assertThat(memcg.events(MemcgEvent.OOM)).isZero();
    }

    @Test
    void aPageCountsInAllCgroupsAboveButTheRoot() {
        MemcgCharge charge = charge(StockRule.SINGLE);
        Memcg parent = all.get(1);
        Memcg child = add(parent);
        OneCpu.run(cpu -> {
            charge.charge(cpu, child);
            assertThat(child.current()).isEqualTo(64);
            assertThat(parent.current()).isEqualTo(64);
            child.uncharge(cpu, 1);
            charge.drainAll(cpu, parent);
            assertThat(child.current()).isZero();
            assertThat(parent.current()).isZero();
            assertThat(all.getFirst().current()).isZero();
        });
    }

    @Test
    void aLimitFurtherUpHoldsAndIsReclaimedThere() {
        List<Memcg> reclaimed = new ArrayList<>();
        MemcgCharge charge =
                new MemcgCharge(
                        (cpu, memcg, goal) -> {
                            reclaimed.add(memcg);
                            return 0;
                        },
                        StockRule.SINGLE,
                        4,
                        1,
                        MemorySteps.LINUX);
        Memcg parent = all.get(1);
        Memcg one = add(parent);
        Memcg two = add(parent);
        parent.setMax(50);
        OneCpu.run(cpu -> {
            for (int page = 0; page < 25; page++) {
                assertThat(charge.charge(cpu, one)).isTrue();
                assertThat(charge.charge(cpu, two)).isTrue();
            }
            assertThat(charge.charge(cpu, two)).isFalse();
        });
        assertThat(reclaimed).isNotEmpty().containsOnly(parent);
        assertThat(two.current()).isEqualTo(25);
        assertThat(parent.current()).isEqualTo(50);
        assertThat(parent.events(MemcgEvent.OOM)).isOne();
        assertThat(two.events(MemcgEvent.OOM)).isZero();
    }
}
