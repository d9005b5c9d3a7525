package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What an idle cgroup within its `memory.low` loses when the whole host is short, beside what real
/// kernels took (`validation/run.sh --pressure host --beside 8192 --low 10000 --mem-pages 14200`,
/// two runs each; its pages of 8,192 are well within). kswapd and direct reclaim both take part,
/// here as there.
///
/// Under the classic LRU and 6.1's MGLRU it keeps all, and a busy cgroup goes on thrashing beside
/// it. From 6.12 on MGLRU passes over it once and then takes about as much as of one without
/// protection.
final class LowUnderHostPressureTest {
    private static final int FRAMES = 14_200;
    private static final int IDLE = 8_192;
    private static final int LOOP = 9_830;
    private static final int ACCESSES = 60_000;
    private static final int LOW = 10_000;

    /// Pages of one small pass.
    private static final long TOLERANCE = 1_500;

    private Process idle;
    private Process busy;

    @ParameterizedTest(name = "{0} lru_gen {1}")
    @CsvSource({
        // kernel, lru_gen; pgsteal of the idle one, least and most
        "6.1, 0, 0, 0",
        "6.12, 0, 0, 0",
        "6.18, 0, 0, 0",
        "7.2, 0, 0, 0",
        "6.1, 7, 0, 0",
        "6.12, 7, 3776, 5184",
        "6.18, 7, 3519, 5903",
        "7.2, 7, 4638, 5260",
    })
    void whatIsTakenOfTheIdleOne(String kernel, int lruGen, long least, long most) {
        run(kernel, lruGen, LOW);
        long stolen = idle.memcg.stat().get(VmEvent.PGSTEAL);
        long events = idle.memcg.events(MemcgEvent.LOW);
        if (most == 0) {
            assertThat(stolen).isZero();
            assertThat(events).isZero();
            assertThat(busy.memcg.stat().get(VmEvent.PGMAJFAULT)).isGreaterThan(40_000);
        } else {
            assertThat(stolen).isBetween(least - TOLERANCE, most + TOLERANCE);
            assertThat(events).isPositive();
            assertThat(busy.memcg.stat().get(VmEvent.PGMAJFAULT)).isLessThan(30_000);
        }
    }

    private void run(String kernel, int lruGen, long low) {
        SmallHost small =
                SmallHost.virtual()
                        .frames(FRAMES)
                        .watermarks(724, 905, 1086)
                        .kswapd()
                        .kernel(KernelVersion.forName(kernel))
                        .lruGen(lruGen);
        small.run(cpu -> press(cpu, small, low));
    }

    private void press(Cpu cpu, SmallHost small, long low) {
        idle = small.process(cpu, Memcg.UNLIMITED, IDLE);
        busy = small.process(cpu, Memcg.UNLIMITED, LOOP);
        idle.memcg.setLow(low);
        idle.writeAll(cpu, 0, IDLE);
        cpu.sleep(3_000_000_000L);
        for (int i = 0; i < ACCESSES; i++) {
            busy.write(cpu, i % LOOP);
        }
    }
}
