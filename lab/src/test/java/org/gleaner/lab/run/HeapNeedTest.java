package org.gleaner.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HeapNeedTest {

    private static final long GIB = 1L << 30;

    @Test
    void theDefaultScenarioNeedsWhatWasMeasured() {
        // live objects of one configuration that has been through all of its swap, by class
        // histogram: 61 MiB at 1/64
        assertThat(fits("1/64", 60)).isFalse();
        assertThat(fits("1/64", 63)).isTrue();
        assertThat(fits("1/32", 120)).isFalse();
        assertThat(fits("1/32", 126)).isTrue();
    }

    private static boolean fits(String scale, long mib) {
        Heap heap = new Heap((long) ((mib << 20) / 0.6));
        return catchThrowable(() -> atOnce("max-guest-memory", scale, heap)) == null;
    }

    @Test
    void asManyRunAtOnceAsThereIsRoomFor() {
        assertThat(atOnce("max-guest-memory", "1/64", new Heap(GIB))).isEqualTo(4);
        assertThat(atOnce("max-guest-memory", "1/64", new Heap(GIB / 4))).isEqualTo(2);
        assertThat(atOnce("max-guest-memory", "1/64", new Heap(GIB / 8))).isEqualTo(1);
    }

    @Test
    void anOldGenerationWithASizeOfItsOwnHoldsMore() {
        Heap serial = new Heap(4 * GIB, () -> 4 * GIB - (32 << 20));
        assertThat(atOnce("max-guest-memory", "1", serial)).isEqualTo(1);
        assertThatThrownBy(() -> atOnce("max-guest-memory", "1", new Heap(4 * GIB)))
                .isInstanceOf(BadInput.class);
        Heap smaller = new Heap(4 * GIB, () -> 4 * GIB - (33 << 20));
        assertThatThrownBy(() -> atOnce("max-guest-memory", "1", smaller))
                .isInstanceOf(BadInput.class);
    }

    @Test
    void whatDoesNotFitIsToldWithWhatWould() {
        assertThatThrownBy(() ->
                        atOnce(
                                "max-guest-memory",
                                "1",
                                new Heap(4 * GIB),
                                "host.memory=1TiB",
                                "guest.memory=1TiB"))
                .isInstanceOf(BadInput.class)
                .hasMessage(
                        "--scale 1: max-guest-memory needs 15.4GiB of memory, and Java may use"
                                + " 2.4GiB for it; set GLEANER_JAVA_OPTS=-Xmx26g, or use --scale 1/8");
        assertThat(
                        atOnce(
                                "max-guest-memory",
                                "1/8",
                                new Heap(4 * GIB),
                                "host.memory=1TiB",
                                "guest.memory=1TiB"))
                .isEqualTo(1);
    }

    @Test
    void realThreadsHaveWhatIsInMemory() {
        Scenario scenario = ScenarioReader.read("mmu-stress", List.of(), Scale.parse("1/64"));
        assertThatThrownBy(() ->
                        HeapNeed.runsAtOnce(
                                new ScenarioRequest<>(
                                        scenario, Scale.parse("1/64"), EngineChoice.THREADS, false),
                                1,
                                new Heap(256 << 20)))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("mmu-stress needs 262.5MiB")
                .hasMessageContaining("use --scale 1/128");
    }

    @Test
    void sizesBeyondIntegersAreToldByTheirKey() {
        Heap endless = new Heap(Long.MAX_VALUE / 2);
        assertThatThrownBy(() ->
                        atOnce(
                                "max-guest-memory",
                                "1",
                                endless,
                                "host.memory=16TiB",
                                "guest.memory=16TiB"))
                .isInstanceOf(BadInput.class)
                .hasMessage(
                        "host.memory: 16TiB at --scale 1 is more than the 2TiB that can be"
                                + " simulated; use --scale 1/8");
        assertThatThrownBy(() -> atOnce("max-guest-memory", "1", endless, "host.swap.size=20TiB"))
                .hasMessageStartingWith("host.swap.size: 20TiB at --scale 1 is more than the 2TiB")
                .hasMessageEndingWith("use --scale 1/16");
        assertThatThrownBy(() ->
                        atOnce(
                                "access-tracking",
                                "1/2",
                                endless,
                                "guest.memory=12TiB",
                                "host.memory=3TiB",
                                "host.swap.device=zram",
                                "host.swap.size=20TiB"))
                .hasMessageStartingWith("host.swap.size: 10TiB at --scale 1/2 is more than");
    }

    /// Whatever is asked for either fits or is refused by one line.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-guest-memory",
                "access-tracking",
                "mmu-stress",
                "neighbours",
                "pfn-designs",
                "dirty-log-perf",
                "demand-paging"
            })
    void noSizeIsAFaultOfOurOwn(String kind) {
        List<String> sizes =
                List.of(
                        "1B", "1p", "511p", "4097K", "4TiB", "8TiB", "12TiB", "64TiB", "0.001%",
                        "1000%");
        List<String> keys =
                List.of(
                        "host.memory",
                        "guest.memory",
                        "guest.slotSize",
                        "host.swap.size",
                        "host.watermarks.minFree");
        List<String> odd = new ArrayList<>();
        for (String scale : List.of("1", "1/64")) {
            for (String first : keys) {
                for (String second : keys) {
                    for (String size : sizes) {
                        for (String other : List.of("3p", "64TiB")) {
                            Throwable fault =
                                    catchThrowable(() ->
                                            atOnce(
                                                    kind,
                                                    scale,
                                                    new Heap(Long.MAX_VALUE / 2),
                                                    first + "=" + size,
                                                    second + "=" + other));
                            if (fault != null && !(fault instanceof BadInput)) {
                                odd.add(scale + first + size + second + other + ": " + fault);
                            }
                        }
                    }
                }
            }
        }
        assertThat(odd).isEmpty();
    }

    private static int atOnce(String kind, String scale, Heap heap, String... settings) {
        Scale by = Scale.parse(scale);
        Scenario scenario = ScenarioReader.read(kind, List.of(settings), by);
        return HeapNeed.runsAtOnce(
                new ScenarioRequest<>(scenario, by, EngineChoice.VIRTUAL, false), 4, heap);
    }
}
