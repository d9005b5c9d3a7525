package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.machine.Cpu;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.fault.PageFaults;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.memcg.MemcgEvent;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.version.KernelVersion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Memory used within `min_ttl_ms` is not evicted by kswapd: somebody is killed instead.
final class LruGenMinTtlTest {
    private static final int FRAMES = 12_000;
    private static final long MILLI = 1_000_000;

    /// Between two pages written.
    private static final long PACE_NANOS = 1_000;

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
            cpu.chargeNanos(PACE_NANOS);
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
            assertThat(large.memcg.events(MemcgEvent.OOM_KILL)).isOne();
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

    /// Six trials that real kernels of all four versions answered alike: 256 MiB, perhaps a process
    /// that idles for five seconds, then one that fills its memory once. With
    /// `vm.watermark_boost_factor` 0, that is; boosted, kswapd may not swap at first, finds nothing
    /// worth its while, and kills at once.
    @ParameterizedTest
    @CsvSource({
        "0, 0, 300, nobody",
        "60000, 0, 300, second",
        "1000, 100, 130, nobody",
        "60000, 100, 150, first",
        "1000, 0, 300, nobody",
        "50, 0, 300, nobody"
    })
    void whoIsKilled(long minTtl, int firstMiB, int secondMiB, String killed) {
        for (KernelVersion version : KernelVersion.values()) {
            SmallHost small =
                    SmallHost.virtual()
                            .kernel(version)
                            .frames(50_000)
                            .watermarks(450, 560, 670)
                            .kswapd();
            small.host().reclaim().setMinTtlMillis(minTtl);
            small.run(cpu -> {
                cpu.sleep(3_000 * MILLI);
                Memcg root = small.host().memcgs().root();
                Process first = small.process(cpu, root, firstMiB * 256 + 1);
                assertThat(fill(cpu, first, firstMiB * 256)).isEqualTo(PageFaults.DONE);
                cpu.sleep(5_000 * MILLI);
                Process second = small.process(cpu, root, secondMiB * 256);
                fill(cpu, second, secondMiB * 256);
                assertThat(first.mm.isKilled())
                        .as("first on %s", version)
                        .isEqualTo(killed.equals("first"));
                assertThat(second.mm.isKilled())
                        .as("second on %s", version)
                        .isEqualTo(killed.equals("second"));
            });
            assertThat(small.stat(VmEvent.OOM_KILL)).isEqualTo(killed.equals("nobody") ? 0 : 1);
        }
    }
}
