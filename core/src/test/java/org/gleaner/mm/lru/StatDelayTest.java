package org.gleaner.mm.lru;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.CostModel;
import org.gleaner.machine.Cpu;
import org.gleaner.machine.ThreadEngine;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many updates it takes until a reader of a cgroup's statistics gets fresh ones.
final class StatDelayTest {
    private final Cpu cpu =
            new ThreadEngine(CostModel.named("x86-server")).spawn("counter", _ -> {});

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
        StatDelay stats = new StatDelay(KernelVersion.forName(kernel), null);
        for (int round = 0; round < 3; round++) {
            for (int i = 1; i < updates; i++) {
                stats.changed(cpu, 1);
                assertThat(stats.flushIsDue(cpu, cpus)).as("after %d", i).isFalse();
            }
            stats.changed(cpu, 1);
            assertThat(stats.flushIsDue(cpu, cpus)).isTrue();
            stats.flush(cpu, new long[LruList.COUNT], new long[2]);
        }
    }

    @ParameterizedTest
    @CsvSource({"6.1, 120", "6.12, 128"})
    void aFlushOfOldKernelsLeavesWhatHasMadeNoLumpYet(String kernel, int updates) {
        StatDelay stats = new StatDelay(KernelVersion.forName(kernel), null);
        stats.changed(cpu, 10);
        stats.flush(cpu, new long[LruList.COUNT], new long[2]);
        for (int i = 1; i < updates; i++) {
            stats.changed(cpu, 1);
            assertThat(stats.flushIsDue(cpu, 1)).as("after %d", i).isFalse();
        }
        stats.changed(cpu, 1);
        assertThat(stats.flushIsDue(cpu, 1)).isTrue();
    }

    @Test
    void oneUpdateOfManyIsOneLump() {
        StatDelay stats = new StatDelay(KernelVersion.V6_12, null);
        stats.changed(cpu, 63);
        stats.changed(cpu, 2);
        assertThat(stats.flushIsDue(cpu, 1)).as("65 in one lump").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"6.1, true, false", "6.12, false, false", "6.18, false, true", "7.2, false, true"})
    void kernelsDifferInWhatTheyCountByCgroup(String kernel, boolean charges, boolean swapIo) {
        StatDelay stats = new StatDelay(KernelVersion.forName(kernel), null);
        stats.charged(cpu, 1_000);
        assertThat(stats.flushIsDue(cpu, 1)).as("charges").isEqualTo(charges);
        stats.flush(cpu, new long[LruList.COUNT], new long[2]);
        stats.swapIo(cpu, 1_000);
        assertThat(stats.flushIsDue(cpu, 1)).as("swap I/O").isEqualTo(swapIo);
    }
}
