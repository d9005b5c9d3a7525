package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Two cgroups under the limit of their parent, one idle and one busy, beside what real kernels
/// counted for each in its `memory.stat` (`validation/run.sh --beside 4000`). Three runs each,
/// which differ by at most 80 pages, those of 7.2 at 6,000 by 150. 6.1's MGLRU at 6,000 is not
/// among them, nor the classic LRU of 6.1 and 6.12 with a memory.low of 4,200; see docs/cgroups.md.
///
/// The idle one touches 4,000 pages once. The busy one writes 2,000, then 3,000 more, and after
/// each of those reads the next twenty of the first 2,000.
final class CgroupTreeOnRealKernelsTest {
    private static final int IDLE = 4_000;
    private static final int HOT = 2_000;
    private static final int GROWTH = 3_000;
    private static final int READS = 20;

    /// The busy program's own stack and data.
    private static final int OWN = 8;

    /// Pages of the kernel's that a child, and the making of children, is charged.
    private static final int CHILD = 4;

    private static final int PARENT = 7;

    /// One pass of reclaim more or less.
    private static final int ONE_PASS = 64;

    private Process idle;
    private Process busy;
    private int accesses;

    @ParameterizedTest(name = "{0} lru_gen {1}, limit {2}, low {3}")
    @CsvSource({
        // kernel, lru_gen, the parent's limit, memory.low of the idle one; pgscan and pgsteal of
        // the idle and the busy
        "6.1, 0, 8000, 0, 5039, 1039, 5178, 47",
        "6.12, 0, 8000, 0, 5050, 1050, 1311, 0",
        "6.18, 0, 8000, 0, 5166, 1166, 1379, 0",
        "7.2, 0, 8000, 0, 5166, 1166, 1379, 0",
        "6.1, 7, 8000, 0, 896, 896, 1728, 192",
        "6.12, 7, 8000, 0, 1024, 1024, 832, 5",
        "6.18, 7, 8000, 0, 911, 911, 547, 218",
        "7.2, 7, 8000, 0, 1132, 1132, 5, 5",
        "6.1, 0, 6000, 0, 7039, 3039, 5585, 39",
        "6.12, 0, 6000, 0, 7018, 3018, 2957, 5",
        "6.18, 0, 6000, 0, 7130, 3130, 3110, 5",
        "7.2, 0, 6000, 0, 7130, 3130, 3111, 5",
        "6.12, 7, 6000, 0, 3008, 3008, 1670, 53",
        "6.18, 7, 6000, 0, 2466, 2466, 935, 719",
        "7.2, 7, 6000, 0, 2950, 2950, 636, 203",
        "6.1, 0, 8000, 3600, 757, 0, 7025, 2734",
        "6.12, 0, 8000, 3600, 714, 0, 7038, 2766",
        "6.18, 0, 8000, 3600, 745, 0, 7044, 3024",
        "7.2, 0, 8000, 3600, 745, 0, 7044, 3024",
        "6.1, 7, 8000, 3600, 448, 448, 2368, 640",
        "6.12, 7, 8000, 3600, 448, 448, 2560, 773",
        "6.18, 7, 8000, 3600, 150, 150, 2640, 2585",
        "7.2, 7, 8000, 3600, 0, 0, 2617, 1303",
        "6.18, 0, 8000, 4200, 0, 0, 7026, 3124",
        "7.2, 0, 8000, 4200, 0, 0, 7026, 3125",
        "6.1, 7, 8000, 4200, 0, 0, 3008, 2865",
        "6.12, 7, 8000, 4200, 0, 0, 3008, 2857",
        "6.18, 7, 8000, 4200, 0, 0, 3125, 3125",
        "7.2, 7, 8000, 4200, 0, 0, 2611, 1323",
    })
    void theSameOnesLosePages(
            String kernel,
            int lruGen,
            int limit,
            int low,
            long idleScanned,
            long idleStolen,
            long busyScanned,
            long busyStolen) {
        SmallHost small =
                SmallHost.virtual()
                        .frames(40_000)
                        .kernel(KernelVersion.forName(kernel))
                        .lruGen(lruGen);
        small.run(cpu -> press(cpu, small, limit, low));
        near("scanned of the idle one", idle, VmEvent.PGSCAN, idleScanned);
        near("stolen from the idle one", idle, VmEvent.PGSTEAL, idleStolen);
        near("stolen from the busy one", busy, VmEvent.PGSTEAL, busyStolen);
        // of those that are in use a pass of 64 more or less is the most that differs, and there
        // are a dozen
        assertThat(stat(busy, VmEvent.PGSCAN))
                .as("scanned of the busy one")
                .isCloseTo(busyScanned, within(10L * ONE_PASS));
    }

    private static void near(String what, Process process, VmEvent event, long real) {
        long most = ONE_PASS + real * 7 / 100;
        assertThat(stat(process, event)).as(what).isCloseTo(real, within(most));
    }

    private static long stat(Process process, VmEvent event) {
        return process.memcg.stat().get(event);
    }

    private void press(Cpu cpu, SmallHost small, int limit, int low) {
        Memcg parent = small.host().memcgs().add(limit);
        idle = small.process(cpu, small.host().memcgs().add(parent), IDLE);
        busy = small.process(cpu, small.host().memcgs().add(parent), HOT + GROWTH + OWN);
        small.host().kernelMemory().chargePages(cpu, parent, PARENT);
        small.host().kernelMemory().chargePages(cpu, idle.memcg, CHILD);
        small.host().kernelMemory().chargePages(cpu, busy.memcg, CHILD);
        idle.memcg.setLow(low);
        idle.writeAll(cpu, 0, IDLE);
        busy.writeAll(cpu, HOT + GROWTH, HOT + GROWTH + OWN);
        // until the statistics are fresh
        cpu.sleep(3_000_000_000L);
        for (int page = 0; page < HOT; page++) {
            access(cpu, page, true);
        }
        int next = 0;
        for (int page = 0; page < GROWTH; page++) {
            access(cpu, HOT + page, true);
            for (int i = 0; i < READS; i++) {
                access(cpu, next++ % HOT, false);
            }
        }
    }

    /// Every 512 accesses the busy one reads its `memory.stat`.
    private void access(Cpu cpu, int page, boolean write) {
        if (write) {
            busy.write(cpu, page);
        } else {
            busy.read(cpu, page);
        }
        if (++accesses % 512 == 0 && busy.memcg.lruvec().stats().flushIsDue(cpu, 1)) {
            busy.memcg.lruvec().flushStats(cpu);
        }
    }
}
