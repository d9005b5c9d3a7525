package org.gleaner.lab.trace.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceEdits;
import org.gleaner.lab.trace.TraceFile;
import org.gleaner.lab.trace.TraceReader;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Reconstruction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Regions and samples as accesses by chance.
final class ReconstructionTest {

    private static final Reconstruction RANDOM = Reconstruction.parse("random:7");

    @TempDir Path directory;

    /// Accesses with their times.
    private static final class Collected implements AccessSink {
        final List<Long> pages = new ArrayList<>();
        final List<Long> times = new ArrayList<>();
        final List<Long> written = new ArrayList<>();
        private long now;

        @Override
        public void access(long page, boolean write) {
            pages.add(page);
            times.add(now);
            if (write) {
                written.add(page);
            }
        }

        @Override
        public void time(long time) {
            now = time;
        }

        Map<Long, Integer> counts() {
            Map<Long, Integer> counts = new HashMap<>();
            pages.forEach(page -> counts.merge(page, 1, Integer::sum));
            return counts;
        }
    }

    @Test
    void aPageIsAccessedAsOftenAsItsRegionWasSeen() throws IOException {
        // pages 0 to 1023 at each of 20 samples, 1024 to 5119 at five, 5120 and on at none
        Collected seen =
                read(
                        damon(
                                line(1, 3, "0-4194304: 20"),
                                line(1, 3, "4194304-20971520: 5"),
                                line(1, 3, "20971520-40000000: 0")));

        Map<Long, Integer> counts = seen.counts();
        assertThat(LongStream.range(0, 1024).allMatch(page -> counts.get(page) == 20)).isTrue();
        double mean =
                LongStream.range(1024, 5120)
                        .map(page -> counts.getOrDefault(page, 0))
                        .average()
                        .orElse(0);
        assertThat(mean).isCloseTo(5, offset(0.15));
        assertThat(counts.keySet()).allMatch(page -> page < 5120);
        assertThat(seen.pages.subList(0, 5)).isNotEqualTo(List.of(0L, 1L, 2L, 3L, 4L));
    }

    @Test
    void intervalsStayApartAndKeepTheirTimes() throws IOException {
        Collected seen =
                read(
                        damon(
                                line(1, 2, "4096-8192: 1"),
                                line(1, 2, "8192-12288: 1"),
                                line(2, 1, "4096-8192: 2"),
                                line(3, 1, "12288-16384: 1")));

        assertThat(seen.pages.subList(0, 2)).containsExactlyInAnyOrder(1L, 2L);
        assertThat(seen.pages.subList(2, 5)).containsExactly(1L, 1L, 3L);
        assertThat(seen.times)
                .containsExactly(
                        1_000_000_000L,
                        1_000_000_000L,
                        2_000_000_000L,
                        2_000_000_000L,
                        3_000_000_000L);
    }

    @Test
    void aSeedIsAnOrder() throws IOException {
        String text = damon(line(1, 1, "0-4194304: 3"), line(2, 1, "0-8388608: 2"));
        assertThat(read(text).pages).isEqualTo(read(text).pages);
        assertThat(read(text, Reconstruction.parse("random:8")).pages)
                .isNotEqualTo(read(text).pages)
                .hasSameSizeAs(read(text).pages);
    }

    @Test
    void anAbsurdCountTakesNoLongerThanSixtyFourSamples() throws IOException {
        assertThat(read(damon(line(1, 1, "0-4096: 9223372036854775807"))).pages).hasSize(64);
    }

    @Test
    void aSampleStandsForSixteenAccessesToWhatWasSampledLately() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 600; i++) {
            text.append(" a 1/1 [000] 1.5: faults: %x000\n".formatted(i));
        }
        Collected seen = read(text.toString());

        assertThat(seen.pages).hasSize(600 * 16);
        for (int i = 0; i < seen.pages.size(); i++) {
            long sample = i / 16;
            assertThat(seen.pages.get(i)).isBetween(Math.max(0, sample - 255), sample);
        }
        assertThat(seen.pages.get(599 * 16)).isEqualTo(599);
        assertThat(seen.counts().get(300L)).isBetween(5, 35);
    }

    @Test
    void whatIsWrittenToStaysSo() throws IOException {
        String text = "1 2 1000 4 3 1\n1 2 9000 4 3 0\n";
        Collected seen = new Collected();
        Path file = Files.writeString(directory.resolve("x.memtierd"), text);
        new TraceFile(file, Input.ofProcess(), null, RANDOM).read(seen);

        assertThat(seen.written).hasSize(12).allMatch(page -> page < 8);
        assertThat(seen.pages).hasSize(24);
    }

    @Test
    void whatIsAssumedIsToldWhereverTheAccessesGo() throws IOException {
        Path file = Files.writeString(directory.resolve("d.txt"), damon(line(1, 1, "0-8192: 2")));
        TraceFile random = new TraceFile(file, Input.ofProcess(), null, RANDOM);
        String assumption = random.read(new Collected()).caveat();
        assertThat(assumption).contains("by chance (seed 7)");
        Path converted = directory.resolve("d.gpt");
        TraceEdits.convert(random, converted);
        Path cut = directory.resolve("cut.gpt");
        TraceEdits.cut(random, 0, 1, cut);
        Path merged = directory.resolve("merged.gpt");
        TraceEdits.merge(List.of(random, random), merged);

        for (Path each : List.of(converted, cut, merged)) {
            Trace trace = new TraceReader(Input.ofProcess(), null, Heap.ofProcess()).trace(each);
            assertThat(trace.caveat()).as("%s", each).isEqualTo(assumption);
        }
        assertThat(new TraceFile(file, Input.ofProcess(), null).read(new Collected()).caveat())
                .startsWith("accesses rebuilt from regions: each interval touches every page");
    }

    @Test
    void whatIsATraceAlreadyIsLeftAsItIs() throws IOException {
        Path file = Files.writeString(directory.resolve("x"), "0x10 R\n0x20 W\n");
        TraceFile.Found found =
                new TraceFile(file, Input.ofProcess(), null, RANDOM).read(new Collected());
        assertThat(found.reading().remarks())
                .containsExactly("--reconstruct changes nothing: its records are accesses");
        assertThat(found.caveat()).isEmpty();
    }

    @Test
    void aWayThatIsNoneIsRefused() {
        assertThat(Reconstruction.parse("Random")).isEqualTo(Reconstruction.parse("random:1"));
        assertThatThrownBy(() -> Reconstruction.parse("random:-1"))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("sweep, random or random:SEED");
    }

    @Test
    void aShuffleTakesEachNumberOnce() {
        for (long bound : new long[] {1, 2, 3, 4, 5, 16, 17, 1000, 4096, 4097}) {
            Shuffle shuffle = new Shuffle(bound, 42);
            long[] all = LongStream.range(0, bound).map(shuffle::at).sorted().toArray();
            assertThat(all).isEqualTo(LongStream.range(0, bound).toArray());
        }
        long[] order = LongStream.range(0, 1000).map(new Shuffle(1000, 42)::at).toArray();
        assertThat(Arrays.stream(order).limit(500).average().orElse(0)).isBetween(400.0, 600.0);
    }

    private Collected read(String text) throws IOException {
        return read(text, RANDOM);
    }

    private Collected read(String text, Reconstruction how) throws IOException {
        Collected seen = new Collected();
        Path file = Files.writeString(directory.resolve("x"), text, StandardCharsets.US_ASCII);
        new TraceFile(file, Input.ofProcess(), null, how).read(seen);
        return seen;
    }

    private static String damon(String... lines) {
        return String.join("", lines);
    }

    private static String line(int seconds, int regions, String region) {
        return " kdamond.0 4452 [000] %d.0: damon:damon_aggregated: target_id=1 nr_regions=%d %s\n"
                .formatted(seconds, regions, region);
    }
}
