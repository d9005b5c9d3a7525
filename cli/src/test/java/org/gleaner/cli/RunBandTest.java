package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RunBandTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void inThisDirectory() {
        session = new Session(directory);
        session.standardExecutors = true;
    }

    private int small(String... more) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "run",
                                "mmu-stress",
                                "--set",
                                "guest.vcpus=2",
                                "--set",
                                "guest.memory=2MiB",
                                "--set",
                                "guest.slotSize=1MiB",
                                "-q"));
        words.addAll(List.of(more));
        return session.run(words.toArray(String[]::new));
    }

    @Test
    void aBandIsPrintedKeptAndPartOfTheDocument() throws Exception {
        int code = small("--scale", "1", "--band", "5", "--json", "--out", directory + "/kept");
        assertThat(code).as(session.err()).isZero();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("complete").booleanValue()).isTrue();
        JsonNode band = json.get("band");
        assertThat(band.get("points").intValue()).isEqualTo(5);
        assertThat(band.get("asked").intValue()).isEqualTo(5);
        assertThat(band.get("seed").intValue()).isEqualTo(1);
        assertThat(band.get("scale").stringValue()).isEqualTo("1");
        assertThat(band.get("percent").intValue()).isEqualTo(90);
        assertThat(band.get("costs").stringValue()).startsWith("x86-server ");
        for (JsonNode each : band.get("figures")) {
            assertThat(each.get("value").doubleValue())
                    .isBetween(each.get("low").doubleValue(), each.get("high").doubleValue());
        }
        assertThat(Files.readString(directory.resolve("kept/report.txt")))
                .contains("error band")
                .contains("90 % of 5 points in the ranges of the cost constants, at 1:");
        assertThat(Files.readAllLines(directory.resolve("kept/band.csv")))
                .hasSizeGreaterThan(5)
                .startsWith("points,scale,seed,percent,costs,of,metric,value,low,high");
    }

    @Test
    void otherScenariosHaveNoBandUnlessAsked() {
        small("--scale", "1", "--json");
        assertThat(JsonMapper.shared().readTree(session.out()).has("band")).isFalse();
    }

    @Test
    void badInputIsOneLine() {
        assertThat(small("--band", "0")).isEqualTo(2);
        assertThat(session.err())
                .isEqualTo("gleaner: --band: 0 points are no band; give 5 to 10000\n");
        session = new Session(directory);
        assertThat(small("--band", "10", "--engine", "threads")).isEqualTo(2);
        assertThat(session.err())
                .isEqualTo(
                        "gleaner: --band: real threads charge no constants; use it with --engine"
                                + " virtual\n");
        session = new Session(directory);
        assertThat(small("--band", "many")).isEqualTo(2);
        assertThat(session.err()).startsWith("gleaner: --band: 'many' is not a whole number");
    }
}
