package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ThreadEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BloomFilterTest {
    private final Cpu cpu =
            new ThreadEngine(CostModel.named("x86-server")).spawn("counter", _ -> {});

    @Test
    void whatWasSetIsFoundUntilCleared() {
        BloomFilter filter = new BloomFilter();
        Random random = new Random(3);
        long[] keys = random.longs(5_000).toArray();
        for (long key : keys) {
            filter.set(cpu, key);
        }
        for (long key : keys) {
            assertThat(filter.test(cpu, key)).isTrue();
        }
        filter.clear(cpu);
        for (long key : keys) {
            assertThat(filter.test(cpu, key)).isFalse();
        }
    }

    /// About one in five at 10,000 tables, one in two at 20,000.
    @ParameterizedTest
    @CsvSource({"1000, 0.002, 0.006", "10000, 0.18, 0.24", "20000, 0.46, 0.54"})
    void falsePositivesAreAsFrequentAsTwoHashesMakeThem(int keys, double from, double to) {
        BloomFilter filter = new BloomFilter();
        Random random = new Random(keys);
        random.longs(keys).forEach(key -> filter.set(cpu, key));
        long found = random.longs(20_000).filter(key -> filter.test(cpu, key)).count();
        assertThat(found / 20_000.0).isBetween(from, to);
    }

    @Test
    void aFilterThatWasNeverResetPassesEverythingAndSwallowsAll() {
        MmWalkState state = new MmWalkState();
        state.add(cpu, 4, 99);
        assertThat(state.mayContain(cpu, 4, 98)).isTrue();
        state.reset(cpu, 4);
        assertThat(state.mayContain(cpu, 4, 99)).isFalse();
        assertThat(state.mayContain(cpu, 5, 99)).isTrue();
        state.add(cpu, 4, 99);
        assertThat(state.mayContain(cpu, 6, 99)).as("same parity").isTrue();
        state.reset(cpu, 6);
        assertThat(state.mayContain(cpu, 4, 99)).isFalse();
    }

    @Test
    void anAddressSpaceThatJoinsDuringNoWalkIsTheFirstNewOne() {
        MmWalkState state = new MmWalkState();
        state.added(0);
        assertThat(state.tail).isEqualTo(MmWalkState.NONE);
        state.tail = MmWalkState.ENDS;
        state.added(3);
        assertThat(state.tail).isEqualTo(3);
        state.added(4);
        assertThat(state.tail).isEqualTo(3);
    }
}
