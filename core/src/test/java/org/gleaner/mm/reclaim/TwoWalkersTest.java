package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.gleaner.machine.Actor;
import org.gleaner.machine.Word;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two who walk the address spaces of one cgroup at a time.
final class TwoWalkersTest {
    private static final int WALKS = 60;

    private final Word ready = new Word();
    private final Word successes = new Word();
    private Process process;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aGenerationIsOneWalkersSuccess(long seed) {
        SmallHost small = SmallHost.virtual(seed).cpus(2);
        small.run(walker(small, seed, true), walker(small, seed + 100, false));
        long opened = process.gen().peekMaxSeq(small.engine().cpus().getFirst()) - 3;
        assertThat(opened).isPositive();
        assertThat(successes.snapshot()).isEqualTo(opened);
    }

    @Test
    void countsOfBothWalkersAddUpOnRealThreads() {
        SmallHost small = SmallHost.threads().cpus(2);
        small.run(walker(small, 1, true), walker(small, 2, false));
        assertThat(successes.snapshot())
                .isEqualTo(process.gen().peekMaxSeq(small.engine().cpus().getFirst()) - 3);
    }

    private Actor walker(SmallHost small, long seed, boolean first) {
        return cpu -> {
            if (first) {
                process = small.process(cpu, Memcg.UNLIMITED, 600);
                process.writeAll(cpu, 0, 600);
                small.host().lru().drain(cpu);
                cpu.store(ready, 1);
            }
            cpu.block(ready, 1, 1);
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < WALKS; i++) {
                cpu.chargeNanos(random.nextInt(3_000));
                if (small.host().reclaim().age(cpu, process.memcg, false)) {
                    cpu.fetchAdd(successes, 1);
                }
            }
        };
    }
}
