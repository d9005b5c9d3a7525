package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.gleaner.lab.trace.gpt.PageTraceKeys;
import org.gleaner.lab.trace.gpt.PageTraceWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A replay says what its trace's recorder could not see.
final class ReplayCaveatsTest {

    private static final String REACH =
            "t: its recorder left out what limits below 512 pages would see, and 300 pages are less:"
                    + " such counts are too high";

    @TempDir Path directory;

    @Test
    void aLimitWithinTheFiltersReachIsToldOf() throws IOException {
        Path trace = trace(Map.of(PageTraceKeys.LEAST_PAGES, "512"));

        assertThat(replay(trace, "--memory", "300p,200p,512p").replace("\n  ", " "))
                .containsOnlyOnce(REACH);
        assertThat(replay(trace, "--memory", "512p,600p")).doesNotContain("its recorder");
        assertThat(replay(trace, "--memory", "300p", "--json"))
                .contains("\"caveats\" : [ \"" + REACH + "\" ]");
        assertThat(replay(trace, "--memory", "512p", "--json")).doesNotContain("caveats");
    }

    @Test
    void aHostWithinTheFiltersReachIsToldOf() throws IOException {
        Path trace = trace(Map.of(PageTraceKeys.LEAST_PAGES, "99999"));

        assertThat(replay(trace, "--host-memory", "16M")).containsOnlyOnce("t: its recorder");
        assertThat(replay(trace, "--host-memory", "16M", "--json")).contains("\"caveats\" : [");
    }

    @Test
    void whatIsNoRecordOfAccessesIsToldOf() throws IOException {
        Path trace = trace(Map.of(PageTraceKeys.LEVEL, "region"));

        assertThat(replay(trace, "--memory", "512p")).contains("t: accesses rebuilt from regions");
    }

    @Test
    void aPropertyThatIsNoNumberIsNothing() throws IOException {
        Path trace = trace(Map.of(PageTraceKeys.LEAST_PAGES, "99999999999999999999"));

        assertThat(replay(trace, "--memory", "300p")).doesNotContain("its recorder");
    }

    private String replay(Path trace, String... words) {
        String[] all = new String[words.length + 2];
        all[0] = "replay";
        all[1] = trace.toString();
        System.arraycopy(words, 0, all, 2, words.length);
        Session session = new Session(directory);
        assertThat(session.run(all)).as(session.err()).isEqualTo(ExitCodes.DONE);
        return session.out();
    }

    private Path trace(Map<String, String> properties) throws IOException {
        Path file = directory.resolve("t.gpt");
        try (OutputStream out = Files.newOutputStream(file)) {
            PageTraceWriter writer = new PageTraceWriter(out);
            for (int page = 0; page < 1000; page++) {
                writer.access(page, false);
            }
            writer.finish(properties, null);
        }
        return file;
    }
}
