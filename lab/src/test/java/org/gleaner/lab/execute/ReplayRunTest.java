package org.gleaner.lab.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.AgingDesign;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Engine;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGen;
import org.gleaner.lab.choice.SwapDevice;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Replays of a small trace: one hot page in each of eight 2 MiB, among 64 that are touched once in a while.
final class ReplayRunTest {
    private static final int HUGE = 512;
    private static final int RANGES = 8;

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({"MGLRU, HOST", "MGLRU, KVM", "CLASSIC, HOST", "CLASSIC, KVM"})
    void hugePagesWasteTheMemoryAroundAHotPage(Lru lru, Through through) throws IOException {
        Trace trace = trace();
        ReplayResult small = run(trace, lru, through, Thp.NEVER);
        ReplayResult huge = run(trace, lru, through, Thp.ALWAYS);
        assertThat(small.vmstat()).containsEntry("thp_fault_alloc", 0L);
        assertThat(small.vmstat()).containsEntry("pgmajfault", 0L);
        assertThat(huge.vmstat().get("thp_fault_alloc")).isBetween(2L, (long) RANGES);
        assertThat(huge.vmstat().get("pgmajfault")).isPositive();
        assertThat(huge.vmstat().get("thp_swpout")).isPositive();
        assertThat(run(trace, lru, through, Thp.ALWAYS).vmstat()).isEqualTo(huge.vmstat());
    }

    private static ReplayResult run(Trace trace, Lru lru, Through through, Thp thp) {
        return ReplayRun.run(
                new ReplayRequest(
                        trace,
                        2 * HUGE + 200,
                        lru,
                        lru == Lru.MGLRU ? LruGen.ALL : LruGen.NONE,
                        Kernel.V6_12,
                        through,
                        AgingDesign.LOCKED,
                        Backing.ANON,
                        thp,
                        SwapDevice.ZRAM,
                        0,
                        0,
                        Engine.VIRTUAL,
                        1),
                Progress.SILENT);
    }

    private Trace trace() throws IOException {
        Random random = new Random(1);
        int accesses = 20_000;
        ByteBuffer words = ByteBuffer.allocate(accesses * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < accesses; i++) {
            int range = random.nextInt(RANGES);
            int page = random.nextInt(10) > 0 ? 0 : random.nextInt(64);
            words.putInt(range * HUGE + page);
        }
        Path file = directory.resolve("hot.u32");
        Files.write(file, words.array());
        return TraceReader.read(file);
    }
}
