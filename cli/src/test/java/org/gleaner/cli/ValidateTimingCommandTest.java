package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.scenario.DirtyLogPerf;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ValidateTimingCommandTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void thisInstallation() {
        session = new Session(directory);
        session.home = Path.of("..").toAbsolutePath().normalize();
    }

    @Test
    void eachNumberOfVcpusIsRunOnceForAllItsRows() {
        session.run("validate", "timing", "--only", "OU1-2-,OU1-8-", "--scale", "1/1024", "-q");
        assertThat(session.scenarios).as(session.err()).hasSize(2);
        DirtyLogPerf last = (DirtyLogPerf) session.scenarios.getLast().scenario();
        assertThat(last.guest().vcpus()).isEqualTo(8);
        assertThat(last.guestPages()).isEqualTo(8 * 1024);
        assertThat(last.configurations()).hasSize(2);
    }

    @Test
    void rowsBesideTheirPublishedTimes() {
        session.standardExecutors = true;
        int code =
                session.run(
                        "validate",
                        "timing",
                        "--only",
                        "OU1-4",
                        "--scale",
                        "1/2048",
                        "--json",
                        "-q");
        assertThat(code).as(session.err()).isZero();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("complete").booleanValue()).isTrue();
        JsonNode row = json.get("rows").get(1);
        assertThat(row.get("id").stringValue()).isEqualTo("OU1-4-a");
        assertThat(row.get("published").doubleValue()).isEqualTo(1.25);
        assertThat(row.get("gleaner").doubleValue()).isBetween(1.0, 1.6);
        assertThat(row.get("basis").stringValue()).isEqualTo("predicted");
    }

    @Test
    void whatEachConstantDoes() throws Exception {
        session.standardExecutors = true;
        Path kept = directory.resolve("kept");
        int code =
                session.run(
                        "validate",
                        "timing",
                        "--sensitivity",
                        "--only",
                        "OU1-2-",
                        "--scale",
                        "1/8192",
                        "--out",
                        kept.toString(),
                        "--json",
                        "-q");
        assertThat(code).as(session.err()).isZero();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("complete").booleanValue()).isTrue();
        assertThat(json.get("percent").intValue()).isEqualTo(30);
        assertThat(json.get("tables")).hasSize(1);
        List<String> felt = new ArrayList<>();
        json.get("constants").forEach(each -> felt.add(each.get("constant").stringValue()));
        assertThat(felt)
                .contains("VMEXIT", "MMU_INSTALL", "KVM_LOOKUP")
                .doesNotContain("ZRAM_READ");
        JsonNode install = json.get("constants").get(felt.indexOf("MMU_INSTALL"));
        assertThat(install.get("effects").get(0).get("low").doubleValue()).isBetween(-30.0, -2.0);
        assertThat(install.get("effects").get(0).get("high").doubleValue()).isBetween(2.0, 30.0);
        assertThat(json.get("unfelt").toString()).contains("ZRAM_READ");
        assertThat(Files.readAllLines(kept.resolve("sensitivity.csv"))).hasSize(felt.size() + 1);
        assertThat(Files.readString(kept.resolve("report.txt")))
                .contains("T1: Upton, parallel faults")
                .contains("no table feels:");
    }

    @Test
    void anInterruptedSensitivityHasNothingToCompareWith() {
        session.interrupted.set(true);
        assertThat(session.run("validate", "timing", "--sensitivity", "-q"))
                .isEqualTo(ExitCodes.INTERRUPTED);
    }

    @Test
    void anInterruptKeepsWhatWasFinished() {
        session.interrupted.set(true);
        assertThat(session.run("validate", "timing", "-q")).isEqualTo(ExitCodes.INTERRUPTED);
        assertThat(session.out()).containsPattern("INCOMPLETE \\(interrupted\\): 0 of \\d+ rows");
    }

    @Test
    void badInputIsOneLine() {
        assertThat(session.run("validate", "timing", "--only", "XY")).isEqualTo(2);
        assertThat(session.err())
                .isEqualTo("gleaner: --only: no row's id begins with 'XY'; see the table's ids\n");
        session = new Session(directory);
        assertThat(session.run("validate", "timing", "none.csv")).isEqualTo(2);
        assertThat(session.err()).isEqualTo("gleaner: none.csv: no such file; check the path\n");
        session = new Session(directory);
        assertThat(session.run("validate")).isEqualTo(2);
        assertThat(session.err()).contains("try 'gleaner validate reclaim'");
    }
}
