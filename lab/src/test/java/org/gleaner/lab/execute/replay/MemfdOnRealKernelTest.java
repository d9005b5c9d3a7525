package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `press` of `validation/src/generate.py` on a memfd, beside the first replay of a boot of real
/// kernels. Its counts hang on each single page that the kernel takes for the file's index.
final class MemfdOnRealKernelTest {
    @TempDir private Path directory;

    /// After how many accesses, at the latest, `kernel` of the real cgroup had grown by a page,
    /// from 5 on.
    private static final List<Long> GREW =
            List.of(
                    5_632L, 13_824L, 23_040L, 32_768L, 41_984L, 51_200L, 60_928L, 67_584L, 76_800L,
                    86_528L, 95_744L, 104_960L, 114_688L, 122_368L, 132_096L, 141_312L, 149_504L,
                    158_720L, 168_448L, 177_664L, 186_880L, 196_608L, 205_824L, 215_552L, 224_768L,
                    232_960L);

    @Test
    void countsOf61AreTheRealKernelsToTheLast() throws IOException {
        assertThat(counts(request(5_103, 237_000, 3_572, Kernel.V6_1, Lru.CLASSIC)))
                .containsExactly(1_290L, 10_274L, 23_076L, 1_351L, 370L);
    }

    @Test
    void countsOf72AreTheRealKernelsToTheLast() throws IOException {
        assertThat(counts(request(5_850, 269_000, 5_440, Kernel.V7_2, Lru.MGLRU)))
                .containsExactly(292L, 9_123L, 16_098L, 9_550L, 14_416L);
    }

    @Test
    void theKernelsPagesGrowWhenTheRealOnesDid() throws IOException {
        ReplayRequest request = request(5_103, 237_000, 3_572, Kernel.V6_1, Lru.CLASSIC);
        List<Long> grew = new ArrayList<>();
        long[] last = {5};
        List<ReplayRun.Event> events =
                LongStream.rangeClosed(3, 237_000 / 512)
                        .mapToObj(i -> i * 512)
                        .map(at ->
                                new ReplayRun.Event(
                                        at,
                                        (_, host) -> {
                                            var memcg = host.memcgs().all().getLast();
                                            long pages = memcg.kernelPages().snapshot();
                                            for (; last[0] < pages; last[0]++) {
                                                grew.add(at);
                                            }
                                        }))
                        .toList();
        ReplayRun.run(request, Progress.SILENT, events);
        assertThat(grew).hasSameSizeAs(GREW);
        for (int i = 0; i < grew.size(); i++) {
            // a node, a seventh of a page, comes with every 1,344 accesses
            assertThat(grew.get(i)).isBetween(GREW.get(i) - 1_536, GREW.get(i) + 1_536);
        }
    }

    private static List<Long> counts(ReplayRequest request) {
        ReplayResult result = ReplayRun.run(request, Progress.SILENT);
        return Stream.of("pgmajfault", "pswpout", "pgscan", "pgactivate", "pgrefill")
                .map(result::count)
                .toList();
    }

    private ReplayRequest request(int size, int accesses, long limit, Kernel kernel, Lru lru)
            throws IOException {
        Trace trace = press(size, accesses);
        LruGenChoice bits = lru == Lru.MGLRU ? LruGenChoice.parse("7") : LruGenChoice.NONE;
        HostChoices host =
                HostChoices.swappingTo(ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4))
                        .withKernel(kernel)
                        .withLru(lru, bits)
                        .withBacking(Backing.MEMFD);
        return new ReplayRequest(trace, limit, host, 0);
    }

    /// A quarter of `size` from end to end, then one new page after another, and after each twenty
    /// of the first in turn.
    private Trace press(int size, int accesses) throws IOException {
        int hot = size / 4;
        int[] pages = new int[accesses];
        for (int i = 0; i < accesses; i++) {
            int after = i - hot;
            int turn = after / 21;
            int old = (20 * turn + after % 21 - 1) % hot;
            pages[i] = i < hot ? i : after % 21 == 0 ? hot + turn : old;
        }
        ByteBuffer words = ByteBuffer.allocate(4 * accesses).order(ByteOrder.LITTLE_ENDIAN);
        words.asIntBuffer().put(pages);
        return TraceReader.read(Files.write(directory.resolve("press.u32"), words.array()));
    }
}
