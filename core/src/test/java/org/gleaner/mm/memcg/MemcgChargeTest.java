package org.gleaner.mm.memcg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.OneCpu;
import org.gleaner.mm.folio.Folios;
import org.gleaner.mm.folio.PageSize;
import org.gleaner.mm.lru.Lruvec;
import org.gleaner.mm.protocol.MemorySteps;
import org.gleaner.mm.stat.VmStat;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;

/// The charge path: stock, counter, reclaim, killer.
final class MemcgChargeTest {
    private final Folios folios = new Folios(PageSize.KIB_4, 1, 39);

    /// Pages that reclaim frees, call by call; nothing once it is empty.
    private final Deque<Long> yields = new ArrayDeque<>();

    /// Whether what is freed is gone before the charge is tried again.
    private boolean othersTakeAll;

    private int calls;

    private final MemcgCharge charge =
            new MemcgCharge(new Reclaim(), StockRule.SINGLE, 4, 1, MemorySteps.LINUX);

    /// Pages that each victim of the killer had, one by one; nobody is left once it is empty.
    private final Deque<Long> victims = new ArrayDeque<>();

    /// The task at hand is the next victim.
    private boolean dying;

    private final class Reclaim implements MemcgCharge.LimitReclaim {
        @Override
        public long tryToFree(Cpu cpu, Memcg memcg, long goal) {
            calls++;
            assertThat(goal).isEqualTo(32);
            long freed = yields.isEmpty() ? 0 : yields.remove();
            cpu.fetchAdd(memcg.usage(), othersTakeAll ? 0 : -freed);
            return freed;
        }

        @Override
        public boolean outOfMemory(Cpu cpu, Memcg scope) {
            if (victims.isEmpty()) {
                return false;
            }
            cpu.fetchAdd(scope.usage(), -victims.remove());
            return true;
        }

        @Override
        public boolean isDying(Cpu cpu) {
            return dying;
        }
    }

    private Memcg memcg(int id, long max) {
        Memcg memcg =
                new Memcg(
                        id,
                        null,
                        new Lruvec(folios, true, KernelVersion.V6_12, null, new VmStat(4)),
                        4);
        memcg.setMax(max);
        return memcg;
    }

    @Test
    void pagesAreChargedInBatchesOf64() {
        Memcg memcg = memcg(1, 1_000);
        OneCpu.run(cpu -> {
            for (int page = 1; page <= 128; page++) {
                assertThat(charge.charge(cpu, memcg)).isTrue();
                long batches = (page + 63L) / 64;
                assertThat(memcg.usage().snapshot()).isEqualTo(64 * batches);
                assertThat(charge.stocked(memcg)).isEqualTo(64 * batches - page);
            }
        });
        assertThat(calls).isZero();
    }

    @Test
    void whereNoBatchFitsSinglePagesDo() {
        Memcg memcg = memcg(1, 100);
        OneCpu.run(cpu -> {
            for (int page = 1; page <= 100; page++) {
                assertThat(charge.charge(cpu, memcg)).isTrue();
            }
        });
        assertThat(memcg.usage().snapshot()).isEqualTo(100);
        assertThat(charge.stocked(memcg)).isZero();
        assertThat(calls).isZero();
        assertThat(memcg.events(MemcgEvent.MAX)).isZero();
    }

    @Test
    void afterAReclaimOfRPagesExactlyRMoreFit() {
        Memcg memcg = memcg(1, 100);
        yields.add(64L);
        yields.add(33L);
        OneCpu.run(cpu -> {
            for (int page = 0; page < 100; page++) {
                charge.charge(cpu, memcg);
            }
            for (int page = 1; page <= 64; page++) {
                assertThat(charge.charge(cpu, memcg)).isTrue();
                assertThat(calls).isEqualTo(1);
            }
            for (int page = 1; page <= 33; page++) {
                assertThat(charge.charge(cpu, memcg)).isTrue();
                assertThat(calls).isEqualTo(2);
            }
        });
        assertThat(memcg.usage().snapshot()).isEqualTo(100);
        assertThat(memcg.events(MemcgEvent.MAX)).isEqualTo(2);
    }

    @Test
    void withNobodyToKillAChargeFailsAfterADrainAndSixteenRetries() {
        Memcg memcg = memcg(1, 10);
        OneCpu.run(cpu -> {
            for (int page = 0; page < 10; page++) {
                charge.charge(cpu, memcg);
            }
            assertThat(charge.charge(cpu, memcg)).isFalse();
        });
        assertThat(calls).isEqualTo(1 + 1 + 16);
        assertThat(memcg.events(MemcgEvent.MAX)).isEqualTo(1 + 1 + 16);
        assertThat(memcg.events(MemcgEvent.OOM)).isOne();
        assertThat(memcg.usage().snapshot()).isEqualTo(10);
    }

    @Test
    void whatAVictimLeavesIsCharged() {
        Memcg memcg = memcg(1, 10);
        victims.add(0L);
        victims.add(3L);
        OneCpu.run(cpu -> {
            for (int page = 0; page < 10; page++) {
                charge.charge(cpu, memcg);
            }
            for (int page = 0; page < 3; page++) {
                assertThat(charge.charge(cpu, memcg)).isTrue();
            }
            assertThat(victims).isEmpty();
            assertThat(memcg.events(MemcgEvent.OOM)).isEqualTo(2);
            assertThat(charge.charge(cpu, memcg)).isFalse();
        });
    }

    @Test
    void aDyingTaskDoesNotReclaim() {
        Memcg memcg = memcg(1, 10);
        yields.add(5L);
        dying = true;
        OneCpu.run(cpu -> {
            for (int page = 0; page < 10; page++) {
                charge.charge(cpu, memcg);
            }
            assertThat(charge.charge(cpu, memcg)).isFalse();
        });
        assertThat(calls).isZero();
    }

    @Test
    void whileSomethingIsReclaimedNoRetryIsUsedUp() {
        Memcg memcg = memcg(1, 10);
        for (int i = 0; i < 50; i++) {
            yields.add(5L);
        }
        OneCpu.run(cpu -> {
            for (int page = 0; page < 10; page++) {
                charge.charge(cpu, memcg);
            }
            othersTakeAll = true;
            assertThat(charge.charge(cpu, memcg)).isFalse();
        });
        assertThat(calls).isEqualTo(50 + 16 + 1);
    }

    @Test
    void aStockOfAnotherCgroupIsGivenBackFirst() {
        Memcg one = memcg(1, 1_000);
        Memcg two = memcg(2, 1_000);
        OneCpu.run(cpu -> {
            charge.charge(cpu, one);
            assertThat(one.usage().snapshot()).isEqualTo(64);
            charge.charge(cpu, two);
            assertThat(one.usage().snapshot()).isOne();
            assertThat(two.usage().snapshot()).isEqualTo(64);
            assertThat(charge.stocked(one)).isZero();
            assertThat(charge.stocked(two)).isEqualTo(63);
        });
    }

    @Test
    void freedPagesGoBackToTheCounterAtOnce() {
        Memcg memcg = memcg(1, 1_000);
        OneCpu.run(cpu -> {
            charge.charge(cpu, memcg);
            memcg.uncharge(cpu, 1);
            assertThat(memcg.usage().snapshot()).isEqualTo(63);
            assertThat(charge.stocked(memcg)).isEqualTo(63);
        });
    }

    @Test
    void theRootIsNeverCharged() {
        Memcg root = memcg(Memcg.ROOT, 0);
        OneCpu.run(cpu -> {
            assertThat(charge.charge(cpu, root)).isTrue();
            root.uncharge(cpu, 1);
        });
        assertThat(root.usage().snapshot()).isZero();
    }

    @Test
    void severalCpusTogetherStayUnderTheLimit() {
        Memcg memcg = memcg(1, 500);
        Actor body =
                cpu -> {
                    for (int i = 0; i < 2_000; i++) {
                        if (charge.charge(cpu, memcg)) {
                            cpu.chargeNanos(100);
                            memcg.uncharge(cpu, 1);
                        }
                        assertThat(memcg.usage().snapshot()).isLessThanOrEqualTo(500 + 3 * 64);
                    }
                };
        OneCpu.run(body, body, body, body);
        assertThat(memcg.usage().snapshot()).isEqualTo(charge.stocked(memcg));
    }
}
