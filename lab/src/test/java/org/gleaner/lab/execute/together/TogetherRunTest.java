package org.gleaner.lab.execute.together;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.TogetherRequest;
import org.gleaner.lab.run.TogetherResult;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.gleaner.lab.trace.TraceWritten;
import org.gleaner.lab.trace.format.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TogetherRunTest {

    private static final int PAGES = 8192;
    private static final int ROOMY = 65_536;

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource(Through.class)
    void whereThereIsRoomNobodySwaps(Through through) {
        TogetherResult result = run(ROOMY, through, SwapDeviceChoice.ZRAM, guest("a"), guest("b"));
        assertThat(result.failures()).isEmpty();
        assertThat(result.guests()).hasSize(2);
        for (TogetherResult.Guest guest : result.guests()) {
            assertThat(guest.replayedAccesses()).isEqualTo(guest.accesses());
            assertThat(guest.vmstat().get("pgmajfault")).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Through.class)
    void whereThereIsNoneTheyTakeFromEachOther(Through through) {
        TogetherResult result = run(12_000, through, SwapDeviceChoice.ZRAM, guest("a"), guest("b"));
        TogetherResult again = run(12_000, through, SwapDeviceChoice.ZRAM, guest("a"), guest("b"));
        assertThat(result.failures()).isEmpty();
        long faults = 0;
        for (TogetherResult.Guest guest : result.guests()) {
            assertThat(guest.vmstat().get("pgmajfault")).isPositive();
            faults += guest.vmstat().get("pgmajfault");
        }
        assertThat(result.vmstat()).containsEntry("pgmajfault", faults);
        assertThat(again.guests()).isEqualTo(result.guests());
        assertThat(again.vmstat()).isEqualTo(result.vmstat());
    }

    @Test
    void aGuestsOwnLimitBindsItAlone() {
        TogetherRequest.Guest bound = new TogetherRequest.Guest("bound", trace(1), PAGES / 2);
        TogetherResult result =
                run(ROOMY, Through.KVM, SwapDeviceChoice.ZRAM, bound, guest("free"));
        assertThat(result.guests().getFirst().vmstat().get("pgmajfault")).isPositive();
        assertThat(result.guests().getFirst().memoryPages()).isEqualTo(PAGES / 2);
        assertThat(result.guests().getLast().vmstat().get("pgmajfault")).isZero();
    }

    @Test
    void whoGetsNoMemoryEndsAndGivesWhatItHad() {
        TogetherResult result =
                run(12_000, Through.KVM, SwapDeviceChoice.NONE, guest("a"), guest("b"));
        List<TogetherResult.Guest> killed =
                result.guests().stream().filter(TogetherResult.Guest::oomKill).toList();
        assertThat(killed).hasSize(1);
        assertThat(result.failures())
                .singleElement()
                .asString()
                .startsWith("the OOM killer ended " + killed.getFirst().trace() + " at access ");
        assertThat(result.guests())
                .filteredOn(guest -> !guest.oomKill())
                .allMatch(guest -> guest.replayedAccesses() == guest.accesses());
    }

    @Test
    void aTraceWithTimesKeepsToThem() {
        Path file = directory.resolve("timed.gpt");
        TraceWritten.to(
                file,
                sink -> {
                    for (int i = 0; i < 10_000; i++) {
                        sink.time(5_000_000_000L + i * 100_000L);
                        sink.access(i % 100, true);
                    }
                    return new TraceWritten.Ending(Map.of(), null, List.of());
                });
        Trace timed = TraceReader.read(file);
        assertThat(timed.hasTimes()).isTrue();
        TogetherRequest.Guest slow =
                new TogetherRequest.Guest("slow", timed, TogetherRequest.UNLIMITED);
        TogetherResult result = run(ROOMY, Through.KVM, SwapDeviceChoice.ZRAM, slow, guest("fast"));

        assertThat(result.guests().getFirst().paced()).isTrue();
        assertThat(result.guests().getFirst().machineSeconds()).isBetween(0.94, 1.01);
        assertThat(result.guests().getLast().paced()).isFalse();
        assertThat(result.guests().getLast().machineSeconds()).isLessThan(0.5);
    }

    @Test
    void aHostThatIsTooSmallIsRefused() {
        assertThatThrownBy(() -> run(300, Through.KVM, SwapDeviceChoice.ZRAM, guest("a")))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("--host-memory: ");
    }

    @Test
    void aHostThatDoesNotFitTheHeapIsRefusedBeforeItIsBuilt() {
        assertThatThrownBy(() -> run(1L << 30, Through.KVM, SwapDeviceChoice.ZRAM, guest("a")))
                .isInstanceOf(BadInput.class)
                .hasMessageStartingWith("--host-memory: ")
                .hasMessageContaining("more than the 2TiB");
        assertThatThrownBy(() -> run(400 << 20, Through.KVM, SwapDeviceChoice.ZRAM, guest("a")))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("of memory, and Java may use")
                .hasMessageContaining("GLEANER_JAVA_OPTS=-Xmx");
    }

    private static TogetherRequest.Guest guest(String name) {
        return new TogetherRequest.Guest(name, trace(name.hashCode()), TogetherRequest.UNLIMITED);
    }

    /// Any of [#PAGES], the first of each in order.
    private static Trace trace(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] accesses = new int[60_000];
        for (int i = 0; i < accesses.length; i++) {
            int page = i < PAGES ? i : random.nextInt(PAGES);
            accesses[i] = random.nextBoolean() ? page | 1 << 31 : page;
        }
        return new HeldTrace("t" + seed, Level.MEMORY, accesses, PAGES, PAGES);
    }

    private static TogetherResult run(
            long hostPages,
            Through through,
            SwapDeviceChoice swap,
            TogetherRequest.Guest... guests) {
        TogetherRequest request =
                new TogetherRequest(
                        List.of(guests),
                        hostPages,
                        HostChoices.swappingTo(1 << 16)
                                .withThrough(through)
                                .withSwap(swap, swap == SwapDeviceChoice.NONE ? 0 : 1 << 16));
        return TogetherRun.run(List.of(request), Observation.NONE, Progress.SILENT).getFirst();
    }
}
