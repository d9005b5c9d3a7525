package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gleaner.lab.scenario.ScenarioReader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ScenarioCommandTest {

    static final List<String> BUNDLED = ScenarioReader.BUNDLED;

    private static final String LINE = "# yaml-language-server: $schema=";

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void fresh() throws IOException {
        // A place whose name has to be written otherwise in an address.
        Path home = Files.createDirectories(directory.resolve("a home/schema"));
        Files.writeString(home.resolve("scenario.schema.json"), "{}");
        session = again();
    }

    private Session again() {
        return new Session(directory.resolve("a home"));
    }

    @Test
    void listHasALineForEach() {
        assertThat(session.run("scenario", "list")).isZero();
        // A long question goes on in its column.
        String[] listed = session.out().replaceAll("\\n +", " ").split("\n");
        assertThat(listed).hasSize(1 + BUNDLED.size());
        for (int i = 0; i < BUNDLED.size(); i++) {
            assertThat(listed[1 + i]).startsWith(BUNDLED.get(i)).endsWith("?");
        }

        Session json = again();
        assertThat(json.run("scenario", "list", "--json")).isZero();
        JsonNode all = JsonMapper.shared().readTree(json.out()).get("scenarios");
        assertThat(all).hasSize(BUNDLED.size());
        for (JsonNode each : all) {
            assertThat(each.propertyNames()).containsExactly("name", "question", "takes");
        }
    }

    @ParameterizedTest
    @FieldSource("BUNDLED")
    void showPrintsTheFileWithASchemaThatIsThere(String kind) {
        assertThat(session.run("scenario", "show", kind)).isZero();
        String bundled = ScenarioReader.text(kind);
        assertThat(rest(session.out())).isEqualTo(rest(bundled));
        assertThat(schema(session.out())).exists();

        Session json = again();
        assertThat(json.run("scenario", "show", kind, "--json")).isZero();
        assertThat(JsonMapper.shared().readTree(json.out()).get("text").stringValue())
                .isEqualTo(session.out());
    }

    @Test
    void withoutASchemaNoLineSaysWhereItIs() throws IOException {
        Files.delete(directory.resolve("a home/schema/scenario.schema.json"));
        session.run("scenario", "show", "neighbours");
        assertThat(session.out()).startsWith("# neighbours: ");
    }

    @ParameterizedTest
    @FieldSource("BUNDLED")
    void aCopyRunsAsTheBundledOneDoes(String kind) throws IOException {
        Path copy = directory.resolve("mine.yaml");
        assertThat(session.run("scenario", "new", kind, copy.toString())).isZero();
        assertThat(session.out()).contains("run " + copy).hasLineCount(1);
        assertThat(schema(Files.readString(copy))).exists();
        assertThat(session.run("run", copy.toString(), "-q")).isZero();
        assertThat(session.run("run", kind, "-q")).isZero();
        assertThat(session.scenarios.get(0).scenario())
                .isEqualTo(session.scenarios.get(1).scenario());
        assertThat(directory).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void aCopyIsNamedAfterTheScenario() {
        assertThat(session.run("scenario", "new", "neighbours", "--json")).isZero();
        JsonNode made = JsonMapper.shared().readTree(session.out());
        assertThat(made.propertyNames()).containsExactly("name", "file");
        assertThat(Path.of(made.get("file").stringValue()))
                .exists()
                .isEqualTo(directory.resolve("a home/neighbours.yaml"));
    }

    @Test
    void newLeavesAloneWhatIsThere() throws IOException {
        Path file = Files.writeString(directory.resolve("mine.yaml"), "mine");
        Path nowhere = Files.createSymbolicLink(directory.resolve("link.yaml"), Path.of("none"));
        for (Path each : List.of(file, nowhere)) {
            Session refused = again();
            assertThat(refused.run("scenario", "new", "neighbours", each.toString())).isEqualTo(2);
            assertThat(refused.err())
                    .isEqualTo("gleaner: " + each + ": is there already; name a new file\n");
        }
        assertThat(file).hasContent("mine");
        assertThat(nowhere).isSymbolicLink();
        assertThat(directory).isDirectoryNotContaining("glob:**/.*");
    }

    @Test
    void checkSaysWhatWouldRun() {
        int code =
                session.run(
                        "scenario",
                        "check",
                        "neighbours",
                        "max-guest-memory",
                        "--scale=1/256",
                        "--set=host.cpus=99");
        assertThat(code).as(session.err()).isZero();
        assertThat(session.out())
                .contains("neighbours: ", "max-guest-memory: ", "1/256", "99 cpus")
                .contains("before", "locked-flush", "guests: 2", "1GiB", "swap optane of 1GiB");
        assertThat(session.scenarios).isEmpty();

        Session json = again();
        assertThat(json.run("scenario", "check", "neighbours", "--json")).isZero();
        JsonNode document = JsonMapper.shared().readTree(json.out());
        assertThat(document.get("valid").booleanValue()).isTrue();
        JsonNode runs = document.get("files").get(0).get("runs");
        assertThat(runs.get("kind").stringValue()).isEqualTo("neighbours");
        assertThat(runs.get("guests").intValue()).isEqualTo(2);
        assertThat(runs.get("hostBytes").longValue()).isEqualTo(56L << 24);
        assertThat(runs.get("heapBytes").longValue()).isBetween(10L << 20, 50L << 20);
        assertThat(runs.get("configurations")).hasSize(2);
    }

    @Test
    void checkGoesOnAfterABadFile() throws IOException {
        Path bad = Files.writeString(directory.resolve("bad.yaml"), "host:\n  cpu: 4\n");
        String line = bad + ":2:3: unknown key 'cpu' in host; did you mean 'cpus'?";
        assertThat(session.run("scenario", "check", bad.toString(), "neighbours")).isEqualTo(2);
        assertThat(session.err()).isEqualTo("gleaner: " + line + "\n");
        assertThat(session.out()).startsWith("neighbours: ");

        Session json = again();
        assertThat(json.run("scenario", "check", bad.toString(), "--json")).isEqualTo(2);
        JsonNode document = JsonMapper.shared().readTree(json.out());
        assertThat(document.get("valid").booleanValue()).isFalse();
        assertThat(document.get("files").get(0).get("error").stringValue()).isEqualTo(line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "scenario | no command given; try 'gleaner scenario list'",
                "scenario shwo | shwo: no such command; did you mean 'show'?",
                "scenario show neighbors | neighbors: no bundled scenario; did you mean",
                "scenario show | missing required parameter: 'NAME'; see",
                "scenario new neighbours /none/x.yaml | /none/x.yaml: no such directory; make it first",
                "scenario new neighbours /proc/x.yaml | /proc/x.yaml: ",
                "scenario new neighbours / | /: ",
                "scenario new neighbours mmu-stress | mmu-stress: a run would take the bundled",
                "scenario check | missing required parameter: 'FILE'; see",
                "scenario check none.yaml | none.yaml: no such file; check the path",
                "scenario check neighbours --scale 0 | --scale: 0/1 is not a scale; give",
                "scenario check --scale 1 --set host.memory=8TiB neighbours | host.memory: 8TiB at --scale 1 is",
                "scenario check neighbours --set host.cpu=1 | --set host.cpu=1: unknown key 'cpu'",
            },
            quoteCharacter = '"')
    void badUsageIsOneLineAndExitCode2(String line, String message) {
        assertThat(session.run(line.strip().split(" "))).isEqualTo(2);
        assertThat(session.err()).startsWith("gleaner: " + message).hasLineCount(1);
        assertThat(session.out()).isEmpty();
    }

    private static String rest(String text) {
        return text.substring(text.indexOf('\n') + 1);
    }

    private static Path schema(String text) {
        String first = text.lines().findFirst().orElse("");
        assertThat(first).startsWith(LINE).doesNotContain("%s", "a home");
        return Path.of(URI.create(first.substring(LINE.length())));
    }
}
