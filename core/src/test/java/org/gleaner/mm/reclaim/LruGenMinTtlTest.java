package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Memory used within `min_ttl_ms` is not evicted by kswapd: somebody is killed instead.
final class LruGenMinTtlTest {
    private static final int FRAMES = 12_000;
    private static final long MILLI = 1_000_000;

    private SmallHost host(KernelVersion version) {
        return SmallHost.virtual()
                .kernel(version)
                .frames(FRAMES)
                .watermarks(100, 800, 1_400)
                .kswapd();
    }

    /// Writes pages until all are written, or an error, which it returns.
    private static int fill(Cpu cpu, Process p, int pages) {
        for (int page = 0; page < pages; page++) {
            int error = p.task.access(cpu, Process.BASE + page, true);
            if (error != PageFaults.DONE) {
                return error;
            }
            cpu.chargeNanos(1_000);
        }
        return PageFaults.DONE;
    }

    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void theLargestProcessIsKilledWhereAllMemoryIsInUse(KernelVersion version) {
        SmallHost small = host(version);
        small.host().reclaim().setMinTtlMillis(1_000);
        small.run(cpu -> {
            Process little = small.process(cpu, Memcg.UNLIMITED, 1_000);
            Process large = small.process(cpu, Memcg.UNLIMITED, FRAMES);
            assertThat(fill(cpu, little, 1_000)).isEqualTo(PageFaults.DONE);
            assertThat(fill(cpu, large, FRAMES)).isEqualTo(PageFaults.NOMEM);
            assertThat(large.mm.isKilled()).isTrue();
            assertThat(little.mm.isKilled()).isFalse();
            assertThat(large.memcg.oomKills().snapshot()).isOne();
            // until it has gone nobody else is killed
            cpu.sleep(20 * MILLI);
            assertThat(small.stat(VmEvent.OOM_KILL)).isOne();
            small.host().mappingChanges().exit(cpu, large.mm);
            assertThat(fill(cpu, little, 1_000)).isEqualTo(PageFaults.DONE);
        });
    }

    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void whatIsOlderIsEvictedInPeace(KernelVersion version) {
        SmallHost small = host(version);
        small.host().reclaim().setMinTtlMillis(5);
        small.run(cpu -> {
            Process old = small.process(cpu, Memcg.UNLIMITED, 10_000);
            assertThat(fill(cpu, old, 10_000)).isEqualTo(PageFaults.DONE);
            for (int i = 0; i < 3; i++) {
                small.host().reclaim().age(cpu, old.memcg);
            }
            cpu.sleep(100 * MILLI);
            Process p = small.process(cpu, Memcg.UNLIMITED, 4_000);
            assertThat(fill(cpu, p, 4_000)).isEqualTo(PageFaults.DONE);
            cpu.sleep(20 * MILLI);
        });
        assertThat(small.stat(VmEvent.OOM_KILL)).isZero();
        assertThat(small.stat(VmEvent.PGSTEAL_KSWAPD)).isPositive();
    }

    @ParameterizedTest
    @EnumSource(KernelVersion.class)
    void byDefaultNothingIsProtected(KernelVersion version) {
        SmallHost small = host(version);
        small.run(cpu -> {
            Process large = small.process(cpu, Memcg.UNLIMITED, FRAMES);
            assertThat(fill(cpu, large, FRAMES)).isEqualTo(PageFaults.DONE);
        });
        assertThat(small.stat(VmEvent.OOM_KILL)).isZero();
    }
}
