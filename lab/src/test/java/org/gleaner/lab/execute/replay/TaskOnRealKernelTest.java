package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Lru;
import org.gleaner.lab.choice.LruGenChoice;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.junit.jupiter.api.Test;

/// The bundled zipf by a task on 6.12, 8,192 pages, `lru_gen/enabled` 0x1, beside a real kernel in
/// three repetitions of one boot whose addresses are not random (`norandmaps`): nothing in it is
/// chance, for no page tables are walked.
final class TaskOnRealKernelTest {
    private static ReplayRequest request() throws IOException {
        Trace trace = TraceReader.read(Path.of("../traces/zipf.u32.xz"));
        return new ReplayRequest(
                trace,
                8_192,
                HostChoices.swappingTo(ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4))
                        .withLru(Lru.MGLRU, LruGenChoice.parse("1")),
                0);
    }

    private static List<Long> counts(ReplayRequest request) {
        ReplayResult result = ReplayRun.run(request, Progress.SILENT);
        return List.of(result.count("pgmajfault"), result.count("pgscan"), result.count("pswpout"));
    }

    @Test
    void countsAreTheRealKernelsToTheLast() throws IOException {
        assertThat(counts(request())).containsExactly(67_322L, 117_700L, 89_410L);
    }

    @Test
    void theyAreNotWhereEachAccessWalks() throws IOException {
        assertThat(counts(request().withoutTranslations()))
                .doesNotContain(67_322L, 117_700L, 89_410L);
    }
}
