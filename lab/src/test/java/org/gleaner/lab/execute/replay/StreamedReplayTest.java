package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.policy.PolicyMisses;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.trace.FiledTrace;
import org.gleaner.lab.trace.HeldTrace;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.gleaner.lab.trace.gpt.PageTraceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A trace that stays in its file is the same trace.
final class StreamedReplayTest {

    private static final int ACCESSES = 400_000;

    /// As of a program that was mapped high: what is placed in the region is not what is written.
    private static final long BASE = 0x7f00_1234_5000L >>> 12;

    @TempDir private Path directory;

    @Test
    void theChunksOfAFileAreTheTraceInMemory() throws IOException {
        Path file = file();
        Trace held = reader(1 << 30).trace(file);
        Trace filed = reader(1 << 20).trace(file);

        assertThat(held).isInstanceOf(HeldTrace.class);
        assertThat(filed).isInstanceOf(FiledTrace.class);
        assertThat(filed.distinctPages()).isEqualTo(held.distinctPages());
        assertThat(filed.regionPages()).isEqualTo(held.regionPages());
        assertThat(filed.length()).isEqualTo(ACCESSES);
        for (int pass = 0; pass < 2; pass++) {
            assertThat(all(filed)).isEqualTo(held.accesses());
        }
        assertThatThrownBy(filed::accesses)
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("does not fit the heap");
    }

    @ParameterizedTest
    @EnumSource(Through.class)
    void aReplayIsEqualToTheBit(Through through) throws IOException {
        Path file = file();
        ReplayResult held = replay(reader(1 << 30).trace(file), through);
        ReplayResult filed = replay(reader(1 << 20).trace(file), through);

        assertThat(filed.vmstat()).isEqualTo(held.vmstat());
        assertThat(filed.machineSeconds()).isEqualTo(held.machineSeconds());
        assertThat(filed.replayedAccesses()).isEqualTo(ACCESSES);
        assertThat(held.vmstat().get("pgmajfault")).isPositive();
    }

    @Test
    void policiesMissAsOften() throws IOException {
        Path file = file();
        Trace held = reader(1 << 30).trace(file);
        Trace filed = reader(1 << 20).trace(file);
        List<Long> frames = List.of(1L, 2L, 200L, 1500L, 4000L);
        for (PolicyChoice policy : List.of(PolicyChoice.LRU, PolicyChoice.OPT)) {
            assertThat(PolicyMisses.of(policy, filed, frames, Progress.SILENT))
                    .isEqualTo(PolicyMisses.of(policy, held, frames, Progress.SILENT));
        }
    }

    @Test
    void timesAreThoseOfTheTraceInMemory() throws IOException {
        Path file = file();
        Trace held = reader(1 << 30).trace(file);
        Trace filed = reader(1 << 20).trace(file);
        assertThat(held.hasTimes()).isTrue();
        assertThat(filed.hasTimes()).isTrue();
        assertThat(filed.dueNanos(ACCESSES)).isEqualTo(held.dueNanos(ACCESSES)).isPositive();
        for (long at = 0; at < ACCESSES; at += 100) {
            assertThat(filed.dueNanos(at)).isEqualTo(held.dueNanos(at));
        }
    }

    @Test
    void aFileThatChangesMeanwhileIsRefused() throws IOException {
        Path file = file();
        Trace filed = reader(1 << 20).trace(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> all(filed))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("is no gpt from here on");
    }

    private Path file() throws IOException {
        Path file = directory.resolve("t.gpt");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            PageTraceWriter writer = new PageTraceWriter(out);
            Random random = new Random(1);
            for (int i = 0; i < ACCESSES; i++) {
                writer.time(1_000_000L + i / 7 * 13L);
                int far = random.nextInt(10) == 0 ? 4000 : 300;
                writer.access(BASE + random.nextInt(far), random.nextInt(4) == 0);
            }
            writer.finish(Map.of("level", "memory"), null);
        }
        return file;
    }

    private static TraceReader reader(int heap) {
        return new TraceReader(Input.ofProcess(), null, new Heap(heap));
    }

    private static int[] all(Trace trace) {
        int[] all = new int[0];
        try (Trace.Chunks chunks = trace.chunks()) {
            while (chunks.next()) {
                int at = all.length;
                all = Arrays.copyOf(all, at + chunks.count());
                System.arraycopy(chunks.words(), 0, all, at, chunks.count());
            }
        }
        return all;
    }

    private static ReplayResult replay(Trace trace, Through through) {
        return ReplayRun.run(
                new ReplayRequest(
                        trace,
                        1500,
                        HostChoices.swappingTo(ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4))
                                .withThrough(through),
                        0),
                Progress.SILENT);
    }
}
