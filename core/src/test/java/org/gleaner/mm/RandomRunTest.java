package org.gleaner.mm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.EnumMap;
import java.util.Map;
import org.gleaner.mm.stat.VmEvent;
import org.gleaner.mm.swap.DiskTiming;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Long random runs in virtual time, after which every page, reference, slot and counter must add
/// up.
@Tag("long")
final class RandomRunTest {
    @ParameterizedTest
    @CsvSource({
        // seed, MGLRU, disk, kswapd
        "1, 7, false, false",
        "2, 7, true, false",
        "3, 7, false, true",
        "4, 7, true, true",
        "5, 1, false, true",
        "6, 1, true, false",
        "7, 0, false, false",
        "8, 0, true, false",
        "9, 0, false, true",
        "10, 0, true, true",
        "11, 3, true, true",
    })
    void theBooksAddUp(long seed, int lruGen, boolean disk, boolean kswapd) {
        System.out.println("seed " + seed);
        Map<VmEvent, Long> first = run(seed, lruGen, disk, kswapd);
        assertThat(first.get(VmEvent.PSWPOUT)).isPositive();
        assertThat(first.get(VmEvent.PSWPIN)).isEqualTo(first.get(VmEvent.PGMAJFAULT));
        assertThat(first.get(VmEvent.PGSTEAL_ANON)).isEqualTo(first.get(VmEvent.PGSTEAL));
        assertThat(first.get(VmEvent.PGSCAN)).isGreaterThanOrEqualTo(first.get(VmEvent.PGSTEAL));
        assertThat(first.get(VmEvent.PAGEOUTRUN) > 0).isEqualTo(kswapd);
        assertThat(run(seed, lruGen, disk, kswapd)).as("the same again").isEqualTo(first);
    }

    /// Pages nobody asked for are charged, cached, dropped unused, and found by faults that race
    /// with their read.
    @ParameterizedTest
    @CsvSource({
        // seed, MGLRU, disk rotates, kswapd
        "21, 7, false, false",
        "22, 7, true, true",
        "23, 0, false, true",
        "24, 0, true, false",
    })
    void withReadAheadTheyDoToo(long seed, int lruGen, boolean rotational, boolean kswapd) {
        System.out.println("seed " + seed);
        SmallHost small = host(seed, lruGen, true, kswapd).pageCluster(3);
        small.disk(rotational ? DiskTiming.VIRTIO : DiskTiming.NVME);
        small.run(new Churn(small, seed, 4, 6_000).actors(450));
        long read = small.stat(VmEvent.PGMAJFAULT) + small.stat(VmEvent.SWAP_RA);
        // a fault that meets another's read is major too, and one whose page is gone again reads
        // twice
        assertThat(small.stat(VmEvent.PSWPIN)).isCloseTo(read, withPercentage(2));
        assertThat(small.stat(VmEvent.SWAP_RA_HIT)).isPositive();
    }

    /// Slots are freed and taken by others while a fault still looks at them.
    @ParameterizedTest
    @CsvSource({
        // seed, MGLRU, disk, kswapd, tasks
        "300, 7, false, false, 8",
        "327, 3, false, true, 7",
        "363, 0, true, false, 8",
    })
    void onASwapThatIsReusedQuicklyTheyDoToo(
            long seed, int lruGen, boolean disk, boolean kswapd, int tasks) {
        System.out.println("seed " + seed);
        SmallHost small = host(seed, lruGen, disk, kswapd).slots(2_500).cpus(tasks + 3);
        small.run(new Churn(small, seed, tasks, 4_000).actors(450));
        assertThat(small.stat(VmEvent.PSWPIN)).isPositive();
    }

    private static Map<VmEvent, Long> run(long seed, int lruGen, boolean disk, boolean kswapd) {
        SmallHost small = host(seed, lruGen, disk, kswapd);
        small.run(new Churn(small, seed, 4, 6_000).actors(450));
        return new EnumMap<>(small.host().stat().snapshot());
    }

    private static SmallHost host(long seed, int lruGen, boolean disk, boolean kswapd) {
        SmallHost small = SmallHost.virtual(seed).lruGen(lruGen).switchChance(0.3);
        if (disk) {
            small.disk();
        }
        if (kswapd) {
            small.kswapd().frames(1_100).watermarks(30, 100, 160);
        }
        return small;
    }
}
