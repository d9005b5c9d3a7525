package org.gleaner.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.EngineChoice;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.run.ErrorBand.Figure;
import org.gleaner.lab.run.ScenarioFigures.Key;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.scenario.ScenarioReader;
import org.gleaner.lab.size.Scale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class BundledBandTest {

    private static Scenario scenario(Scale scale, String... settings) {
        return ScenarioReader.read("max-guest-memory", List.of(settings), scale);
    }

    private static ErrorBand band() {
        return BundledBand.of(scenario(Scale.FULL)).orElseThrow();
    }

    /// If this fails the machine has become another since the band was measured:
    /// docs/sensitivity.md has the command that measures it again.
    @Test
    @Tag("long")
    void itsRatiosAreStillThoseOfTheMachine() {
        ErrorBand band = band();
        ScenarioResult now =
                Executors.standard()
                        .run(
                                scenario(band.scale()),
                                band.scale(),
                                EngineChoice.VIRTUAL,
                                false,
                                Progress.SILENT);
        Map<Key, Double> ratios = ScenarioFigures.ratios(ScenarioFigures.of(now));
        assertThat(band.ratios()).hasSize(ratios.size());
        for (Figure each : band.ratios()) {
            assertThat(each.value())
                    .as("%s %s", each.of(), each.metric())
                    .isCloseTo(
                            ratios.getOrDefault(new Key(each.of(), each.metric()), 0.0),
                            within(0.05 * each.value()));
        }
    }

    @Test
    void itsFiguresAreWithinIt() {
        ErrorBand band = band();
        assertThat(band.points()).isGreaterThanOrEqualTo(20);
        assertThat(band.costs()).matches("x86-zen2 [0-9a-f]{8}");
        assertThat(band.figures()).hasSize(9);
        assertThat(band.ratios())
                .extracting(Figure::of)
                .contains("before/after", "before/off")
                .hasSize(6);
        for (Figure each : band.ratios()) {
            assertThat(each.value()).isBetween(each.low(), each.high());
        }
    }

    @Test
    void noOtherScenarioHasIt() {
        for (String setting : List.of("host.cpus=128", "guest.memory=128GiB", "host.kernel=6.18")) {
            assertThat(BundledBand.of(scenario(Scale.FULL, setting))).as(setting).isEmpty();
        }
        assertThat(BundledBand.of(scenario(Scale.FULL, "seed=7"))).isPresent();
    }
}
