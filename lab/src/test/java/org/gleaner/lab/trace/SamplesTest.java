package org.gleaner.lab.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.policy.PolicyMisses;
import org.gleaner.lab.run.TraceInfo;
import org.gleaner.lab.size.Heap;
import org.gleaner.lab.trace.format.TraceFormat;
import org.gleaner.lab.trace.region.PerfScriptFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads a folder of sample traces and compares every count with its `truth.json`, and what becomes
/// of hostile files with its `bad.json`. The folder is not part of the project: give it with
/// `-Dgleaner.samples=DIRECTORY`.
@EnabledIfSystemProperty(named = "gleaner.samples", matches = ".*")
final class SamplesTest {

    private static final Path SAMPLES = Path.of(System.getProperty("gleaner.samples", "."));

    /// Bare numbers whose byte order and width nothing in the file tells: they need `--format`.
    private static final Set<String> AMBIGUOUS = Set.of("int32be/w106-head.trace.xz");

    @Test
    void theFolderIsThere() {
        assertThat(SAMPLES.resolve("truth.json")).isRegularFile();
        assertThat(SAMPLES.resolve("bad.json")).isRegularFile();
    }

    @TestFactory
    Stream<DynamicTest> everySampleGivesItsCounts() throws IOException {
        return entries("truth.json")
                .filter(entry -> !entry.path("aux").asBoolean(false))
                .map(entry -> dynamicTest(name(entry), () -> check(entry)));
    }

    @TestFactory
    Stream<DynamicTest> everyHostileFileEndsAsItShould() throws IOException {
        return entries("bad.json")
                .map(entry -> dynamicTest(name(entry), () -> checkHostile(entry)));
    }

    private static String name(JsonNode entry) {
        return entry.path("file").asString();
    }

    private static Stream<JsonNode> entries(String document) throws IOException {
        JsonNode root = JsonMapper.shared().readTree(Files.readString(SAMPLES.resolve(document)));
        JsonNode files = root.isArray() ? root : root.path("files");
        assertThat(files.isArray() && !files.isEmpty())
                .as("%s lists files", SAMPLES.resolve(document))
                .isTrue();
        return files.valueStream();
    }

    private static TraceFile file(JsonNode entry, boolean isAsked) {
        String label = entry.path("format").asString();
        TraceFormat asked = isAsked ? TraceFormats.of(label) : null;
        return new TraceFile(SAMPLES.resolve(name(entry)), input(), asked);
    }

    private static Input input() {
        return new Input(new ByteArrayInputStream(new byte[0]), _ -> {}, () -> false);
    }

    private void check(JsonNode entry) {
        TraceFile byContent = file(entry, false);
        TraceFile asked = file(entry, true);
        if (!AMBIGUOUS.contains(name(entry))) {
            checkCounts(entry, byContent);
            checkCounts(entry, new TraceFile(asNameless(byContent.path()), input(), null));
        }
        checkCounts(entry, asked);
        if (entry.has("perfFields")) {
            PerfScriptFormat fields = PerfScriptFormat.of(entry.path("perfFields").asString());
            checkCounts(entry, new TraceFile(asked.path(), input(), fields));
        }
        if (!entry.path("misses").isEmpty()) {
            checkMisses(entry, asked);
        }
    }

    /// The same file under a name that says nothing.
    private static Path asNameless(Path file) {
        if (Files.isDirectory(file) || tied(file)) {
            return file;
        }
        try {
            Path copy = Files.createTempFile("x", "");
            copy.toFile().deleteOnExit();
            return Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether only the name tells LIRS from libCacheSim's txt: a number a line is both.
    private static boolean tied(Path file) {
        return file.toString().contains("lirs");
    }

    private static void checkCounts(JsonNode entry, TraceFile file) {
        TraceInfo info = TraceInfo.of(file);
        assertThat(info.format()).as("format").isEqualTo(entry.path("format").asString());
        if (!info.format().equals("int32be")) {
            assertThat(info.level()).as("level").isEqualTo(entry.path("level").asString());
        }
        assertThat(info.records()).as("records").isEqualTo(entry.path("records").asLong());
        assertThat(info.accesses()).as("accesses").isEqualTo(entry.path("accesses").asLong());
        if (entry.has("reads")) {
            assertThat(info.reads()).as("reads").isEqualTo(entry.path("reads").asLong());
            assertThat(info.writes()).as("writes").isEqualTo(entry.path("writes").asLong());
        }
        assertThat(info.distinctPages())
                .as("distinctPages")
                .isEqualTo(entry.path("distinctPages").asLong());
        assertThat(texts(info.firstPages())).isEqualTo(texts(entry.path("firstPages")));
        assertThat(texts(info.lastPages())).isEqualTo(texts(entry.path("lastPages")));
    }

    private static List<String> texts(List<Object> values) {
        return values.stream().map(String::valueOf).toList();
    }

    private static List<String> texts(JsonNode values) {
        return values.valueStream().map(JsonNode::asString).toList();
    }

    private void checkMisses(JsonNode entry, TraceFile file) {
        Trace trace =
                new TraceReader(file.input(), file.asked(), Heap.ofProcess()).trace(file.path());
        for (String size : List.of("25%", "50%")) {
            JsonNode misses = entry.path("misses").path(size);
            for (PolicyChoice policy :
                    List.of(PolicyChoice.LRU, PolicyChoice.FIFO, PolicyChoice.OPT)) {
                List<Long> frames = List.of(misses.path("pages").asLong());
                assertThat(PolicyMisses.of(policy, trace, frames, Progress.SILENT))
                        .as("%s at %s", policy, size)
                        .containsExactly(
                                misses.path(policy.name().toLowerCase(Locale.ROOT)).asLong());
            }
        }
    }

    private void checkHostile(JsonNode entry) {
        String expect = entry.path("expect").asString();
        Outcome asked = outcome(file(entry, true));
        Outcome byContent = outcome(file(entry, false));
        assertThat(byContent.isTold() || expect.matches(".*\\d (accesses|records).*|counted.*"))
                .as("by content: %s", byContent)
                .isTrue();
        if (expect.startsWith("error naming file and position")) {
            assertThat(asked.fault()).startsWith(file(entry, true).path().toString());
            String at = entry.path("at").asString();
            if (at.startsWith("line")) {
                assertThat(asked.fault()).contains(", " + at + ": ");
            } else if (at.startsWith("byte")) {
                assertThat(asked.fault()).containsPattern(", byte \\d+: ");
            }
        } else if (expect.startsWith("error")) {
            assertThat(asked.isTold()).as("%s", asked).isTrue();
        } else if (expect.startsWith("100 accesses, 1 distinct")) {
            assertThat(asked.info().accesses()).isEqualTo(100);
            assertThat(asked.info().distinctPages()).isOne();
        } else if (expect.startsWith("6 records")) {
            assertThat(byContent.info().records()).isEqualTo(6);
        } else {
            assertThat(expect).isEqualTo("counted as one access, or error");
            assertThat(asked.fault().isEmpty() ? asked.info().records() : 40).isEqualTo(40);
        }
    }

    /// What became of a file: what it holds, or one line.
    private record Outcome(@Nullable TraceInfo found, String fault) {
        TraceInfo info() {
            return Objects.requireNonNull(found, fault);
        }

        /// Whether the user is told that something is wrong.
        boolean isTold() {
            return !fault.isEmpty() || !info().remarks().isEmpty();
        }
    }

    private static Outcome outcome(TraceFile file) {
        try {
            return new Outcome(TraceInfo.of(file), "");
        } catch (BadInput e) {
            assertThat(e.getMessage()).doesNotContain("\n");
            return new Outcome(null, e.getMessage());
        }
    }
}
