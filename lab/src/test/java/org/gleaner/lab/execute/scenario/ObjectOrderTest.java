package org.gleaner.lab.execute.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.gleaner.lab.choice.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ObjectOrderTest {

    private static ObjectOrder order(Order order, long first, long objects, long start, long seed) {
        return new ObjectOrder(order, first, objects, start, seed, new SplittableRandom(seed));
    }

    private static long[] taken(ObjectOrder order, int n) {
        return LongStream.generate(order::next).limit(n).toArray();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 64, 100, 1000, 4097})
    void aChaseComesByEachObjectOnceAndThenAgainInTheSameOrder(long objects) {
        ObjectOrder chase = order(Order.CHASE, 7, objects, 0, 3);
        long[] once = taken(chase, (int) objects);
        Set<Long> seen = new HashSet<>();
        LongStream.of(once).forEach(seen::add);
        assertThat(seen).hasSize((int) objects);
        assertThat(seen).allMatch(each -> each >= 7 && each < 7 + objects);
        assertThat(taken(chase, (int) objects)).isEqualTo(once);
    }

    @Test
    void aChaseHasNoNeighboursToSpeakOf() {
        long[] once = taken(order(Order.CHASE, 0, 4096, 0, 5), 4096);
        int near = 0;
        for (int i = 1; i < once.length; i++) {
            near += Math.abs(once[i] - once[i - 1]) <= 64 ? 1 : 0;
        }
        // 128 of 4,096 are within 64 of any: about 128 of the pairs are near by chance
        assertThat(near).isBetween(60, 220);
    }

    @Test
    void whoStartsElsewhereIsOnTheSameCircle() {
        long[] all = taken(order(Order.CHASE, 0, 64, 0, 5), 64);
        long[] half = taken(order(Order.CHASE, 0, 64, 32, 5), 32);
        assertThat(half).containsExactly(Arrays.copyOfRange(all, 32, 64));
        assertThat(taken(order(Order.CHASE, 0, 64, 0, 6), 64)).isNotEqualTo(all);
    }

    @Test
    void aLoopTakesThemAsTheyLie() {
        assertThat(taken(order(Order.LOOP, 10, 3, 2, 1), 5)).containsExactly(12, 10, 11, 12, 10);
    }

    @Test
    void anyObjectIsAsLikelyAsAnother() {
        long[] counts = new long[8];
        LongStream.of(taken(order(Order.RANDOM, 0, 8, 0, 9), 80_000))
                .forEach(each -> counts[(int) each]++);
        assertThat(LongStream.of(counts).allMatch(each -> each > 9_600 && each < 10_400)).isTrue();
    }
}
