package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

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

/// What a task pays for charging above `memory.high`.
final class MemcgHighTest {
    private static final long JIFFY = 4_000_000;

    private final Folios folios = new Folios(PageSize.KIB_4, 1, 13);
    private final Memcg memcg =
            new Memcg(
                    1, null, new Lruvec(folios, true, KernelVersion.V6_12, null, new VmStat(4)), 4);
    private long reclaimable;
    private int calls;

    private final MemcgCharge charge =
            new MemcgCharge(
                    (cpu, target, goal) -> {
                        calls++;
                        long freed = Math.min(goal, reclaimable);
                        reclaimable -= freed;
                        cpu.fetchAdd(target.usage(), -freed);
                        return freed;
                    },
                    StockRule.SINGLE,
                    4,
                    1,
                    MemorySteps.LINUX);

    @ParameterizedTest
    @CsvSource({
        // usage, high, jiffies for a batch of 64
        "1000, 1000, 0",
        "1010, 1000, 1",
        "1100, 1000, 159",
        "1250, 1000, 1000",
        "1500, 1000, 4000",
        "100, 0, 65536000",
    })
    void theSleepGrowsWithTheSquareOfTheExcess(long usage, long high, long jiffies) {
        assertThat(MemcgHigh.penalty(usage, high)).isEqualTo(jiffies);
    }

    @Test
    void belowItNothingHappens() {
        memcg.setHigh(100);
        OneCpu.run(cpu -> {
            charge.charge(cpu, memcg);
            long before = cpu.now();
            charge.returnToUser(cpu, memcg);
            assertThat(cpu.now()).isEqualTo(before);
        });
        assertThat(calls).isZero();
        assertThat(memcg.events(MemcgEvent.HIGH)).isZero();
    }

    @Test
    void whatWasChargedIsReclaimedBeforeTheTaskGoesOn() {
        memcg.setHigh(100);
        reclaimable = 1_000;
        OneCpu.run(cpu -> {
            for (int page = 0; page < 65; page++) {
                assertThat(charge.charge(cpu, memcg)).isTrue();
            }
            assertThat(memcg.current()).isEqualTo(128);
            charge.returnToUser(cpu, memcg);
            assertThat(memcg.current()).isEqualTo(64);
            charge.returnToUser(cpu, memcg);
        });
        assertThat(calls).isOne();
        assertThat(memcg.events(MemcgEvent.HIGH)).isOne();
        assertThat(memcg.events(MemcgEvent.MAX)).isZero();
    }

    @Test
    void whereNothingCanBeReclaimedTheTaskSleepsInProportionToWhatItCharged() {
        memcg.setHigh(1_000);
        OneCpu.run(cpu -> {
            cpu.fetchAdd(memcg.usage(), 1_036);
            charge.charge(cpu, memcg);
            long before = cpu.now();
            charge.returnToUser(cpu, memcg);
            // 64 pages at 1,100 of 1,000
            assertThat((cpu.now() - before) / JIFFY).isEqualTo(159);
            before = cpu.now();
            charge.returnToUser(cpu, memcg);
            assertThat(cpu.now()).as("paid for").isEqualTo(before);
        });
        assertThat(calls).isEqualTo(1 + 16);
    }

    @Test
    void nobodySleepsForMoreThanTwoSeconds() {
        memcg.setHigh(10);
        OneCpu.run(cpu -> {
            charge.charge(cpu, memcg);
            long before = cpu.now();
            charge.returnToUser(cpu, memcg);
            assertThat((cpu.now() - before) / JIFFY).isEqualTo(500);
        });
    }
}
