package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class CheckCommandTest {

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void fresh() {
        session = new Session(directory);
    }

    @Test
    void aProgramBringsItsBugsAndIsRight() {
        assertThat(session.run("check", "dirty-zap", "-q")).isZero();
        assertThat(session.out())
                .contains("dirty-by-store")
                .contains("1 of 1 bugs found; 1 of 1 programs hold")
                .contains("replay: gleaner check dirty-zap/dirty-by-store --schedule");
        assertThat(session.err()).isEmpty();
    }

    @Test
    void jsonHasOneObjectForEachSearch() {
        assertThat(session.run("check", "dirty-zap", "--json", "-q")).isZero();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json.get("asExpected").booleanValue()).isTrue();
        assertThat(json.get("searches")).hasSize(2);
        JsonNode bug = json.get("searches").get(1);
        assertThat(bug.get("verdict").stringValue()).isEqualTo("found");
        assertThat(bug.get("contextSwitches").intValue()).isLessThanOrEqualTo(6);
    }

    @Test
    void aScheduleIsReplayed() {
        int code = session.run("check", "dirty-zap/dirty-by-store", "--schedule", "b1a2b1", "-q");
        assertThat(code).isZero();
        assertThat(session.out()).contains("lost update").contains("2 context switches");
    }

    @Test
    void aScheduleThatShowsNothingMissesItsBug() {
        int code = session.run("check", "dirty-zap/dirty-by-store", "--schedule", "a2b2", "-q");
        assertThat(code).isEqualTo(1);
        assertThat(session.out()).contains("MISSED");
    }

    @Test
    void findingsHavePages() {
        Path out = directory.resolve("kept");
        assertThat(session.run("check", "dirty-zap", "-q", "--out", out.toString())).isZero();
        assertThat(out.resolve("result.json")).exists();
        assertThat(out.resolve("dirty-zap.dirty-by-store.html")).content().contains("<table>");
    }

    @Test
    void badInputIsOneLine() {
        assertThat(session.run("check", "no-such-program")).isEqualTo(2);
        assertThat(session.err()).contains("no program or bug 'no-such-program'").hasLineCount(1);
        fresh();
        assertThat(session.run("check", "dirty-zap", "--schedule", "b2?")).isEqualTo(2);
        assertThat(session.err()).contains("'?' is no block").hasLineCount(1);
        fresh();
        assertThat(session.run("check", "--schedule", "b2")).isEqualTo(2);
        fresh();
        assertThat(session.run("check", "--bound", "-1")).isEqualTo(2);
        assertThat(session.err()).contains("--bound").hasLineCount(1);
    }

    @Test
    void theListNamesProgramsAndBugs() {
        assertThat(session.run("check", "--list")).isZero();
        assertThat(session.out()).contains("age-zap").contains("no-grace-period");
    }
}
