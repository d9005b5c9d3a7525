package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many updates it takes until a reader of a cgroup's statistics gets fresh ones.
final class StatDelayTest {
    @ParameterizedTest
    @CsvSource({
        // kernel, CPUs, updates one by one until a flush is due
        "6.1, 1, 130",
        "6.1, 2, 195",
        "6.12, 1, 128",
        "6.12, 2, 192",
        "7.2, 1, 128",
    })
    void aFlushIsDueAfterEnoughLumps(String kernel, int cpus, int updates) {
        StatDelay stats = new StatDelay(KernelVersion.forName(kernel));
        for (int round = 0; round < 3; round++) {
            for (int i = 1; i < updates; i++) {
                stats.changed(1);
                assertThat(stats.flushIsDue(cpus)).as("after %d", i).isFalse();
            }
            stats.changed(1);
            assertThat(stats.flushIsDue(cpus)).isTrue();
            stats.flush(new long[LruList.COUNT], new long[2]);
        }
    }
}
