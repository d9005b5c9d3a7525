package org.gleaner.mm.reclaim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.gleaner.mm.Process;
import org.gleaner.mm.SmallHost;
import org.gleaner.mm.memcg.Memcg;
import org.gleaner.mm.stat.VmEvent;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Background reclaim of a host without limits, over several cgroups. What it leaves behind is
/// audited.
final class KswapdTest {
    @ParameterizedTest
    @ValueSource(ints = {7, 1, 0})
    void kswapdKeepsPagesFreeAndTheBooksOfAllCgroupsInOrder(int lruGen) {
        SmallHost small =
                SmallHost.virtual().lruGen(lruGen).frames(3_000).watermarks(50, 200, 350).kswapd();
        small.run(cpu -> {
            Process one = small.process(cpu, Memcg.UNLIMITED, 2_000);
            Process two = small.process(cpu, Memcg.UNLIMITED, 2_000);
            Random random = new Random(1);
            for (int i = 0; i < 60_000; i++) {
                Process p = random.nextInt(3) == 0 ? one : two;
                int page = random.nextInt(10) < 7 ? random.nextInt(600) : random.nextInt(2_000);
                if (random.nextInt(3) == 0) {
                    p.write(cpu, page);
                } else {
                    p.read(cpu, page);
                }
                // six seconds in all: the classic LRU goes by statistics that are flushed every two
                cpu.chargeNanos(100_000);
            }
            // what the background did not finish is of no interest
            cpu.sleep(2_000_000_000);
            long free = small.host().node().zone().free(cpu);
            assertThat(free).isGreaterThan(200);
        });
        assertThat(small.stat(VmEvent.PAGEOUTRUN)).isPositive();
        assertThat(small.stat(VmEvent.PGSTEAL_KSWAPD)).isPositive();
        assertThat(small.stat(VmEvent.PGSTEAL))
                .isEqualTo(small.stat(VmEvent.PGSTEAL_KSWAPD) + small.stat(VmEvent.PGSTEAL_DIRECT));
        // a page may be faulted on while it is being written, and stays
        long stolen = small.stat(VmEvent.PGSTEAL_ANON);
        assertThat(small.stat(VmEvent.PSWPOUT)).isBetween(stolen, stolen + stolen / 100);
        assertThat(small.stat(VmEvent.PSWPIN)).isEqualTo(small.stat(VmEvent.PGMAJFAULT));
    }

    /// The drive ends where it next sleeps, so what kswapd then sends to it never comes back: it
    /// would go on to all of memory, for pages that nobody wants.
    @ParameterizedTest
    @ValueSource(ints = {7, 1})
    void kswapdEndsWithThoseWhomItServes(int lruGen) {
        SmallHost small =
                SmallHost.virtual()
                        .lruGen(lruGen)
                        .frames(20_000)
                        .watermarks(50, 200, 350)
                        .disk()
                        .kswapd();
        small.run(cpu -> {
            Process p = small.process(cpu, Memcg.UNLIMITED, 20_000);
            for (int page = 0; small.stat(VmEvent.PSWPOUT) == 0; page++) {
                p.write(cpu, page);
                cpu.step();
            }
        });
        assertThat(small.stat(VmEvent.PSWPOUT)).isLessThan(5_000);
    }
}
