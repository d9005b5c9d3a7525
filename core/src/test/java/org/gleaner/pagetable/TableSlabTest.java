package org.gleaner.pagetable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.Word;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TableSlabTest {
    private static final int CPUS = 4;

    /// Few tables, many CPUs: the free stack is short and its head comes back all the time.
    @ParameterizedTest
    @EnumSource
    void noTableIsHandedOutTwice(Machine machine) {
        int rounds = machine == Machine.THREADS ? 60_000 : 4_000;
        for (long seed = 1; seed <= 3; seed++) {
            TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, CPUS * 3);
            long at = seed;
            machine.run(seed, Machine.times(CPUS, cpu -> churn(cpu, slab, rounds, 3, at)));
            assertThat(slab.inUse()).isZero();
            assertThat(slab.highWater()).isBetween(3, CPUS * 3);
        }
    }

    /// All CPUs reach the end of a chunk at the same time.
    @ParameterizedTest
    @EnumSource
    void chunksGrowUnderContention(Machine machine) {
        TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, CPUS * 700);
        Word ready = new Word();
        machine.run(
                7,
                Machine.times(
                        CPUS,
                        cpu -> {
                            int[] mine = new int[700];
                            for (int n = 0; n < mine.length; n++) {
                                mine[n] = slab.allocate(cpu, mine.length * cpu.id + n);
                            }
                            cpu.fetchAdd(ready, 1);
                            cpu.await(ready, -1, CPUS);
                            for (int n = 0; n < mine.length; n++) {
                                int last =
                                        slab.base(mine[n]) + Geometry.FOUR_BY_NINE.entries(1) - 1;
                                assertThat(slab.words(mine[n])[last])
                                        .isEqualTo(mine.length * cpu.id + n);
                                slab.free(cpu, mine[n]);
                            }
                        }));
        assertThat(slab.inUse()).isZero();
        assertThat(slab.highWater()).isEqualTo(CPUS * 700);
    }

    private static void churn(Cpu cpu, TableSlab slab, int rounds, int most, long seed) {
        SplittableRandom random = new SplittableRandom(seed * 31 + cpu.id);
        Deque<Integer> mine = new ArrayDeque<>();
        long mark = 0x1000L + cpu.id;
        for (int n = 0; n < rounds; n++) {
            if (mine.size() < most && (mine.isEmpty() || random.nextInt(3) > 0)) {
                int table = slab.allocate(cpu, mark);
                mine.add(table);
            } else {
                int table = mine.remove();
                long[] words = slab.words(table);
                int base = slab.base(table);
                for (int i = 0; i < Geometry.FOUR_BY_NINE.entries(1); i += 37) {
                    assertThat(cpu.load(words, base + i)).as("table %d", table).isEqualTo(mark);
                }
                slab.free(cpu, table);
            }
        }
        while (!mine.isEmpty()) {
            slab.free(cpu, mine.remove());
        }
    }

    @Test
    void capacityIsExactAndAFullSlabRecovers() {
        Machine.onOneCpu(cpu -> {
            for (int capacity : new int[] {1, 63, 1024, 1025, 3000}) {
                TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, capacity);
                Set<Integer> tables = new HashSet<>();
                for (int n = 0; n < capacity; n++) {
                    assertThat(tables.add(slab.allocate(cpu, 0))).isTrue();
                }
                for (int n = 0; n < 3; n++) {
                    assertThatThrownBy(() -> slab.allocate(cpu, 0))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(String.valueOf(capacity));
                }
                assertThat(slab.inUse()).isEqualTo(capacity);
                slab.free(cpu, capacity - 1);
                assertThat(slab.allocate(cpu, 0)).isEqualTo(capacity - 1);
                assertThat(slab.highWater()).isEqualTo(capacity);
            }
        });
    }

    @Test
    void freedTablesReadPoisonAndReusedOnesTheirFill() {
        Machine.onOneCpu(cpu -> {
            TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 4);
            int table = slab.allocate(cpu, 42);
            long[] words = slab.words(table);
            int base = slab.base(table);
            slab.free(cpu, table);
            for (int i = 0; i < Geometry.FOUR_BY_NINE.entries(1); i++) {
                assertThat(words[base + i]).isEqualTo(TableSlab.POISON);
            }
            assertThat(slab.allocate(cpu, 43)).isEqualTo(table);
            for (int i = 0; i < Geometry.FOUR_BY_NINE.entries(1); i++) {
                assertThat(words[base + i]).isEqualTo(43);
            }
        });
    }

    @Test
    void freeingTwiceIsCaught() {
        Machine.onOneCpu(cpu -> {
            TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 4);
            int table = slab.allocate(cpu, 0);
            slab.free(cpu, table);
            assertThatThrownBy(() -> slab.free(cpu, table)).isInstanceOf(AssertionError.class);
        });
    }

    @Test
    void slotsNameEntries() {
        Machine.onOneCpu(cpu -> {
            TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 2500);
            SplittableRandom random = new SplittableRandom(2);
            for (int n = 0; n < 2500; n++) {
                int table = slab.allocate(cpu, 0);
                int i = random.nextInt(Geometry.FOUR_BY_NINE.entries(1));
                long slot = slab.slot(table, i);
                assertThat(slab.slotTable(slot)).isEqualTo(table);
                assertThat(slab.slotWords(slot)).isSameAs(slab.words(table));
                assertThat(slab.slotIndex(slot)).isEqualTo(slab.base(table) + i);
            }
        });
    }

    /// Between one CPU's look at the free stack and its compare-and-swap, others take the two upper
    /// tables and give the upper one back: the head is the same table again, but what is below it
    /// is in use.
    @Test
    void theTagTellsAnOldHeadFromTheSameTableAgain() {
        Machine.onOneCpu(real -> {
            TableSlab slab = new TableSlab(Geometry.FOUR_BY_NINE, 8);
            int low = slab.allocate(real, 0);
            int middle = slab.allocate(real, 0);
            int top = slab.allocate(real, 0);
            slab.free(real, low);
            slab.free(real, middle);
            slab.free(real, top);
            Set<Integer> taken = new HashSet<>();
            HookedCpu cpu = new HookedCpu(real);
            cpu.beforeCas(() -> {
                assertThat(slab.allocate(real, 0)).isEqualTo(top);
                assertThat(slab.allocate(real, 0)).isEqualTo(middle);
                slab.free(real, top);
                taken.add(middle);
            });
            for (int n = 0; n < 3; n++) {
                assertThat(taken.add(slab.allocate(cpu, 0))).isTrue();
            }
        });
    }
}
