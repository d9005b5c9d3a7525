package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.swap.DiskTiming;
import org.junit.jupiter.api.Test;

/// What a task does that has reclaimed for itself and got nothing.
final class NoProgressTest {
    private static final long JIFFY = 4_000_000;
    private static final int PAGES = 300;

    /// Reclaims once, for nothing; how long that took.
    private static long inVain(Cpu cpu, SmallHost small) {
        long start = cpu.now();
        assertThat(small.host().reclaim().tryToFree(cpu)).isZero();
        return cpu.now() - start;
    }

    @Test
    void itTriesAgainAtOnceWhereNothingIsBeingWritten() {
        SmallHost small = SmallHost.virtual().slots(1);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            p.writeAll(cpu, 0, PAGES);
            small.host().reclaim().tryToFree(cpu);
            assertThat(inVain(cpu, small)).isLessThan(JIFFY);
        });
    }

    @Test
    void itWaitsWhereMostIsBeingWritten() {
        DiskTiming slow = new DiskTiming(80_000, 100_000_000, 1024, 1 << 30, false, 0, 0, 0, false);
        SmallHost small = SmallHost.virtual().disk(slow);
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, PAGES);
            p.writeAll(cpu, 0, PAGES);
            for (int i = 0; i < 8; i++) {
                small.host().reclaim().age(cpu, p.memcg);
                small.host().reclaim().tryToFree(cpu, p.memcg, PAGES);
            }
            assertThat(inVain(cpu, small)).isBetween(JIFFY, 2 * JIFFY);
            cpu.sleep(1_000_000_000);
        });
    }
}
