package org.gleaner.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What a reader of the sources meets, and the formatter does not look at.
final class SourceTextTest {
    private static final int COLUMNS = 100;

    /// A row of a table cannot be broken.
    private static final Pattern PROSE = Pattern.compile("\\s*//(?!/? *\\|).*");

    private static final Pattern OPAQUE_ROW = Pattern.compile("\\s*/// \\|.*\\bopaque\\b.*");

    @Test
    void commentsKeepToTheColumnsOfTheCode() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources()) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (line.length() > COLUMNS && PROSE.matcher(line).matches()) {
                    tooLong.add(Sources.ROOT.relativize(file) + ":" + (i + 1));
                }
            }
        }
        assertThat(tooLong).as("comments of more than %d columns", COLUMNS).isEmpty();
    }

    /// [org.gleaner.machine.Cpu] has no opaque access: what is read without a step is read with
    /// acquire.
    @Test
    void orderingTablesClaimNoModeThatTheCodeHasNot() throws IOException {
        for (Path file : sources()) {
            String text = Files.readString(file);
            if (text.lines().anyMatch(line -> OPAQUE_ROW.matcher(line).matches())) {
                assertThat(text).as("%s", file).contains("Opaque(");
            }
        }
    }

    private static List<Path> sources() throws IOException {
        List<Path> all =
                Sources.in(
                        List.of(
                                "core/src",
                                "check/src",
                                "lab/src",
                                "web/src",
                                "cli/src",
                                "fleet/src",
                                "bench/src"),
                        ".java");
        assertThat(all).hasSizeGreaterThan(300);
        return all;
    }
}
