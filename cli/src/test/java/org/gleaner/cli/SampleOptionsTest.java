package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.observe.Pace;
import org.gleaner.lab.size.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SampleOptionsTest {

    @TempDir Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run --sample-every 0s | --sample-every: 0 is no interval; write 10ms, 500us or off",
                "run --sample-every often | --sample-every: 'often' is no length of time; write 2s,"
                        + " 500ms, 20us or 100ns",
                "run --sample-every 1ms --engine threads | --sample-every: real threads cannot be"
                        + " looked at; use it with --engine virtual",
                "run --trace-events --sample-every off | --trace-events: goes with samples; leave"
                        + " --sample-every off out",
            })
    void whatCannotBeSampledIsOneLine(String line, String message) {
        Session session = new Session(directory);
        assertThat(session.run(line.split(" "))).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err()).isEqualTo("gleaner: " + message + "\n");
        assertThat(session.out()).isEmpty();
    }

    @Test
    void aRunIsLookedAtUnlessItIsNotToBe() {
        assertThat(asked("run")).isEqualTo(Observation.of(Pace.USUAL));
        assertThat(asked("run --engine threads")).isEqualTo(Observation.NONE);
        assertThat(asked("run --sample-every off")).isEqualTo(Observation.NONE);
        assertThat(asked("run --sample-every 2ms"))
                .isEqualTo(Observation.of(Pace.of(Span.parse("2ms"))));
        assertThat(asked("run --trace-events")).isEqualTo(Observation.withEvents(Pace.USUAL));
    }

    private Observation asked(String line) {
        Session session = new Session(directory);
        session.run(line.split(" "));
        return session.scenarios.getFirst().observation();
    }

    @Test
    void ofSeveralSeedsTheFirstIsLookedAt() {
        Session session = new Session(directory);
        session.run("run", "--seeds", "3");
        assertThat(session.scenarios)
                .filteredOn(each -> !each.observation().equals(Observation.NONE))
                .extracting(each -> each.scenario().seed())
                .containsExactly(1L);
    }
}
