package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SequencedSet;
import java.util.stream.IntStream;
import org.gleaner.lab.trace.format.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TraceLapTest {

    @TempDir private Path directory;

    private static Trace held(int... accesses) {
        int distinct = (int) IntStream.of(accesses).map(Trace::page).distinct().count();
        int region = IntStream.of(accesses).map(Trace::page).max().orElseThrow() + 1;
        return new HeldTrace("t", Level.MEMORY, accesses, distinct, region);
    }

    private static int[] taken(TraceLap lap, int count) {
        int[] taken = new int[count];
        try (TraceLap.Cursor cursor = lap.cursor()) {
            for (int i = 0; i < count; ) {
                int n = Math.min(Math.min(3, cursor.count()), count - i);
                System.arraycopy(cursor.words(), cursor.from(), taken, i, n);
                cursor.advance(n);
                i += n;
            }
        }
        return taken;
    }

    @Test
    void itGoesRound() {
        TraceLap lap = new TraceLap(held(10, 11, 12, 13), 2);
        assertThat(taken(lap, 9)).containsExactly(12, 13, 10, 11, 12, 13, 10, 11, 12);
    }

    @Test
    void theOldestAreThoseTouchedLongestAgo() {
        // a lap that ends before access 2: 3 1, then 5 1
        assertThat(new TraceLap(held(5, 1, 3, 1), 2).oldestFirst()).containsExactly(3, 5, 1);
        assertThat(new TraceLap(held(5, 1, 3, 1), 0).oldestFirst()).containsExactly(5, 3, 1);
    }

    @Test
    void randomLapsAreAsTheNaiveModelSays() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            int length = 1 + random.nextInt(60);
            int[] accesses =
                    IntStream.range(0, length)
                            .map(i -> random.nextInt(20) | (random.nextBoolean() ? 1 << 31 : 0))
                            .toArray();
            int start = random.nextInt(length);
            TraceLap lap = new TraceLap(held(accesses), start);
            SequencedSet<Integer> order = new LinkedHashSet<>();
            for (int i = 0; i < length; i++) {
                int page = Trace.page(accesses[(start + i) % length]);
                order.remove(page);
                order.add(page);
            }
            assertThat(lap.oldestFirst())
                    .containsExactly(order.stream().mapToInt(i -> i).toArray());
            int[] expected =
                    IntStream.range(0, 150).map(i -> accesses[(start + i) % length]).toArray();
            assertThat(taken(lap, 150)).isEqualTo(expected);
        }
    }

    /// Chunks of a file are skipped and come again.
    @Test
    void aTraceInAFileGoesRoundToo() {
        int[] accesses = new Random(9).ints(70_000, 0, 500).toArray();
        Path file = directory.resolve("t.gpt");
        TraceWritten.to(
                file,
                sink -> {
                    for (int access : accesses) {
                        sink.access(access, false);
                    }
                    return new TraceWritten.Ending(Map.of(), null, List.of());
                });
        Trace trace = new FoldedAgain(TraceReader.read(file)).trace();
        TraceLap lap = new TraceLap(trace, 69_000);
        int[] all = new TraceLap(TraceReader.read(file), 0).trace().accesses();
        int[] expected =
                IntStream.range(0, 80_000).map(i -> all[(69_000 + i) % all.length] >>> 1).toArray();
        assertThat(taken(lap, 80_000)).isEqualTo(expected);
    }

    /// In pages of twice the size, which come in chunks.
    private record FoldedAgain(Trace recorded) {
        Trace trace() {
            return recorded.inPagesOf(8192);
        }
    }

    @Test
    void itBeginsWithinItsTrace() {
        assertThatThrownBy(() -> new TraceLap(held(1, 2), 2))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
