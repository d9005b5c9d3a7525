package org.gleaner.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BareLruTest {
    private static final int PAGES = 64;
    private static final int ACCESSES = 20_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 63, 64})
    void missesAsOftenAsAMapInOrderOfAccess(int capacity) {
        SplittableRandom random = new SplittableRandom(capacity);
        int[] accesses = random.ints(ACCESSES, 0, PAGES).toArray();
        Map<Integer, Integer> resident = new LinkedHashMap<>(PAGES, 0.75f, true);
        long misses = 0;
        for (int page : accesses) {
            if (resident.get(page) == null) {
                misses++;
                if (resident.size() == capacity) {
                    resident.remove(resident.keySet().iterator().next());
                }
                resident.put(page, page);
            }
        }

        assertThat(new BareLru(PAGES, capacity).misses(accesses)).isEqualTo(misses);
    }
}
