package org.gleaner.lab.execute.vary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.run.ErrorBand;
import org.gleaner.lab.run.ErrorBand.Figure;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Test;

final class BandRunTest {
    private static final Executors EXECUTORS = Executors.standard();

    private static ScenarioResult center() {
        List<String> small =
                List.of("guest.vcpus=2", "host.cpus=4", "guest.memory=1MiB", "host.memory=2MiB");
        return EXECUTORS.run(
                ScenarioReader.read("access-tracking", small, Scale.FULL),
                Scale.FULL,
                EngineChoice.VIRTUAL,
                false,
                Progress.SILENT);
    }

    @Test
    void theBandHasTheFigureInItAndIsTheSameAgain() {
        ScenarioResult center = center();
        ErrorBand band = BandRun.run(center, 6, 1, EXECUTORS, Progress.SILENT);
        assertThat(band.points()).isEqualTo(6);
        assertThat(band.costs()).matches("x86-server [0-9a-f]{8}");
        assertThat(band.figures()).isNotEmpty();
        assertThat(band.ratios()).isNotEmpty();
        for (Figure each : band.figures()) {
            assertThat(each.value()).isBetween(each.low(), each.high());
        }
        assertThat(band.figures()).anyMatch(each -> each.high() > 1.02 * each.low());
        assertThat(BandRun.run(center, 6, 1, EXECUTORS, Progress.SILENT)).isEqualTo(band);
        assertThat(BandRun.run(center, 6, 2, EXECUTORS, Progress.SILENT)).isNotEqualTo(band);
        assertThat(band.around(List.of(center)).figures())
                .allMatch(each -> each.low() <= each.value() && each.value() <= each.high());
    }

    @Test
    void aStopKeepsThePointsThatWereFinished() {
        AtomicInteger asked = new AtomicInteger();
        Progress stopping = Progress.silent(() -> asked.incrementAndGet() > 40);
        ErrorBand band = BandRun.run(center(), 50, 1, EXECUTORS, stopping);
        assertThat(band.asked()).isEqualTo(50);
        assertThat(band.points()).isLessThan(50);
    }
}
