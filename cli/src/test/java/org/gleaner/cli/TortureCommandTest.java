package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.run.TortureRequest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class TortureCommandTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void fresh() {
        session = new Session(directory);
    }

    @Test
    void tortureIsHalfAMinuteOfAllDesigns() {
        assertThat(session.run("torture")).isZero();
        assertThat(session.tortures).containsExactly(new TortureRequest(30, null, 1));
        assertThat(session.out()).startsWith("complete: 1 of 1 design").contains("guest accesses");
        assertThat(directory.resolve("results")).doesNotExist();
    }

    @Test
    void optionsReachTheRequest() {
        session.run("torture", "--seconds", "5", "--aging", "v3", "--seed", "-2", "--json", "-q");
        assertThat(session.tortures).containsExactly(new TortureRequest(5, AgingChoice.V3, -2));
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("aging").stringValue()).isEqualTo("v3");
        assertThat(json.get("operations").intValue()).isEqualTo(1000);
        assertThat(json.get("failures")).isEmpty();
        assertThat(session.err()).isEmpty();
    }

    @Test
    void aViolationIsExitCode1WithWhereItWas() {
        session.failures =
                List.of("seed 1, round 0 (merged): I10: an access through a zapped entry");
        assertThat(session.run("torture")).isEqualTo(1);
        assertThat(session.out()).contains("FAILED: seed 1, round 0").endsWith("where it was");
    }

    @Test
    void anInterruptKeepsTheSummary() {
        session.complete = false;
        assertThat(session.run("torture")).isEqualTo(3);
        assertThat(session.out())
                .startsWith("INCOMPLETE (interrupted): 0 of 1 design; missing: v1\n")
                .contains("guest accesses");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "torture --seconds 0 | --seconds: 0 is out of range; give 1 to 1000000",
                "torture --seconds x | --seconds",
                "torture --aging v4 | --aging: \"v4\" is not one of",
                "torture --engine virtual | --engine: no such option",
            })
    void badUsageIsExitCode2(String line, String message) {
        assertThat(session.run(line.strip().split(" "))).isEqualTo(2);
        assertThat(session.err()).contains(message.replace('"', '\'')).hasLineCount(1);
        assertThat(session.tortures).isEmpty();
    }
}
