package org.gleaner.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.kvm.mmu.TableAccount;
import org.gleaner.kvm.mmu.TableCache;
import org.gleaner.kvm.x86.SpteFormat;
import org.gleaner.machine.Cpu;
import org.gleaner.mm.OneCpu;
import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;
import org.gleaner.pagetable.TableSlab;
import org.junit.jupiter.api.Test;

/// When a vCPU's task pays for tables: for many at once, and long before it needs them.
final class TableCacheTest {
    private final List<Integer> paid = new ArrayList<>();
    private int used;

    private final TableAccount account =
            new TableAccount() {
                @Override
                public void pay(Cpu cpu, int pages) {
                    paid.add(pages);
                }

                @Override
                public void refund(Cpu cpu, int pages) {
                    paid.add(-pages);
                }

                @Override
                public void use(Cpu cpu, int more) {
                    used += more;
                }
            };

    private TableCache cache(int unpaid) {
        RadixTable tables =
                new RadixTable(new TableSlab(Geometry.FOUR_BY_NINE, 200), SpteFormat.NPT);
        return new TableCache(tables, account, TableCache.LEAST, unpaid);
    }

    private static void take(Cpu cpu, TableCache cache, int tables) {
        for (int i = 0; i < tables; i++) {
            assertThat(cache.topUp(cpu)).isTrue();
            cache.take(cpu);
        }
    }

    @Test
    void itIsFilledWhenFewerThanFiveAreLeft() {
        OneCpu.run(cpu -> {
            TableCache cache = cache(0);
            take(cpu, cache, 36);
            assertThat(paid).containsExactly(40);
            take(cpu, cache, 36);
            assertThat(paid).containsExactly(40, 36);
            assertThat(used).isEqualTo(72);
            cache.drain(cpu);
            assertThat(paid).containsExactly(40, 36, -4);
        });
    }

    /// What was there before goes first, but for the last four, which stay below what is added.
    @Test
    void whatWasThereBeforeIsNotPaid() {
        OneCpu.run(cpu -> {
            TableCache cache = cache(35);
            take(cpu, cache, 31);
            assertThat(paid).isEmpty();
            assertThat(used).isZero();
            take(cpu, cache, 1);
            assertThat(paid).containsExactly(36);
            assertThat(used).isEqualTo(1);
            cache.drain(cpu);
            assertThat(paid).containsExactly(36, -35);
        });
    }

    @Test
    void whatIsGivenBackIsNotInUse() {
        OneCpu.run(cpu -> {
            TableCache cache = cache(0);
            cache.topUp(cpu);
            cache.giveBack(cpu, cache.take(cpu));
            assertThat(used).isZero();
            cache.drain(cpu);
            assertThat(paid).containsExactly(40, -40);
        });
    }
}
