package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BloomFilterTest {
    @Test
    void whatWasSetIsFoundUntilCleared() {
        BloomFilter filter = new BloomFilter();
        Random random = new Random(3);
        long[] keys = random.longs(5_000).toArray();
        for (long key : keys) {
            filter.set(key);
        }
        for (long key : keys) {
            assertThat(filter.test(key)).isTrue();
        }
        filter.clear();
        for (long key : keys) {
            assertThat(filter.test(key)).isFalse();
        }
    }

    /// About one in five at 10,000 tables, one in two at 20,000.
    @ParameterizedTest
    @CsvSource({"1000, 0.002, 0.006", "10000, 0.18, 0.24", "20000, 0.46, 0.54"})
    void falsePositivesAreAsFrequentAsTwoHashesMakeThem(int keys, double from, double to) {
        BloomFilter filter = new BloomFilter();
        Random random = new Random(keys);
        random.longs(keys).forEach(filter::set);
        long found = random.longs(20_000).filter(filter::test).count();
        assertThat(found / 20_000.0).isBetween(from, to);
    }

    @Test
    void aFilterThatWasNeverResetPassesEverythingAndSwallowsAll() {
        MmWalkState state = new MmWalkState();
        state.add(4, 99);
        assertThat(state.mayContain(4, 98)).isTrue();
        state.reset(4);
        assertThat(state.mayContain(4, 99)).isFalse();
        assertThat(state.mayContain(5, 99)).isTrue();
        state.add(4, 99);
        assertThat(state.mayContain(6, 99)).as("same parity").isTrue();
        state.reset(6);
        assertThat(state.mayContain(4, 99)).isFalse();
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
