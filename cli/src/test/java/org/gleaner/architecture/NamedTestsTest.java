package org.gleaner.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// A document that says which test holds something names one that is there.
final class NamedTestsTest {
    private static final Pattern NAMED =
            Pattern.compile("`([A-Z]\\w*Test)(?:[.#](\\w+))?(?:\\(\\))?`");

    @Test
    void everyTestThatADocumentNamesExists() throws IOException {
        Map<String, String> tests = tests();
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (Path document : documents()) {
            var matcher = NAMED.matcher(Files.readString(document));
            while (matcher.find()) {
                named++;
                String text = tests.get(matcher.group(1));
                String method = matcher.group(2);
                if (text == null || method != null && !text.contains("void " + method + "(")) {
                    missing.add(document.getFileName() + ": " + matcher.group());
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(named).isGreaterThan(15);
    }

    /// The list of invariants says of each what shows that its check can fail.
    @Test
    void everyInvariantOfTheListNamesATest() throws IOException {
        List<String> lines =
                Files.readAllLines(Sources.ROOT.resolve("docs/invariants.md")).stream()
                        .filter(line -> line.matches("\\| I\\d+ \\|.*"))
                        .toList();
        assertThat(lines).hasSizeGreaterThan(10).allMatch(line -> NAMED.matcher(line).find());
    }

    private static List<Path> documents() throws IOException {
        return Sources.in(List.of("docs", "validation", "README.md", "CONTRIBUTING.md"), ".md");
    }

    /// The sources of all tests by the name of their class.
    private static Map<String, String> tests() throws IOException {
        Map<String, String> all = new TreeMap<>();
        List<String> modules =
                List.of(
                        "core/src/test",
                        "check/src/test",
                        "lab/src/test",
                        "web/src/test",
                        "cli/src/test",
                        "fleet/src/test");
        for (Path file : Sources.in(modules, "Test.java")) {
            all.put(name(file), text(file));
        }
        return all;
    }

    private static String name(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
