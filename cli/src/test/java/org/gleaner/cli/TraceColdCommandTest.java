package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `gleaner trace cold`, of traces that fit a line or two.
final class TraceColdCommandTest {

    private static final String COLUMNS = "time=1,op=2,address=3,unit=page";

    @TempDir Path directory;

    private Path trace(String text) throws IOException {
        return Files.writeString(directory.resolve("t.csv"), text);
    }

    private Session session(int code, String... arguments) {
        Session session = new Session(directory);
        assertThat(session.run(arguments)).as(session.err()).isEqualTo(code);
        return session;
    }

    /// Page 1 is touched at 0, 100 and 200 s, page 2 at 0 only.
    @Test
    void itsOwnTimesAreTaken() throws IOException {
        Path trace = trace("0.0 r 1\n0.0 r 2\n100.0 w 1\n200.0 r 1\n");
        Path kept = directory.resolve("kept");
        String json =
                session(
                                0,
                                "trace",
                                "cold",
                                trace.toString(),
                                "--columns",
                                COLUMNS,
                                "--json",
                                "--out",
                                kept.toString())
                        .out();
        assertThat(json)
                .contains("\"seconds\" : 200.0", "\"thresholdSeconds\" : 101")
                .doesNotContain("\"pace\"");
        // of 400 page-seconds, 100 and 100 - T less of each of two gaps, and 200 - T
        assertThat(kept.resolve("cold.csv"))
                .content()
                .contains("\nt,50,62.5,50.0,0.6,")
                .contains("\nt,101,24.75,50.0,0.0,0.0\n");
    }

    @Test
    void aPaceStandsInForTimes() throws IOException {
        Path trace = trace("0.0 r 1\n0.0 r 2\n100.0 w 1\n200.0 r 1\n");
        String[] paced = {
            "trace", "cold", trace.toString(), "--columns", COLUMNS, "--pace", "2", "--json"
        };
        assertThat(session(0, paced).out()).contains("\"pace\" : 2", "\"seconds\" : 2.0");
    }

    @Test
    void whatCannotBeToldIsRefused() throws IOException {
        Path trace = trace("5.0 r 1\n5.0 r 2\n");
        String file = trace.toString();
        assertThat(session(2, "trace", "cold", file, "--columns", COLUMNS).err())
                .contains("t.csv: has no times that differ; say how fast")
                .contains("--pace 10000");
        assertThat(session(2, "trace", "cold", file, "--pace", "0").err()).contains("--pace: 0 is");
        assertThat(session(2, "trace", "cold", file, "--promotions", "101").err())
                .contains("--promotions: 101.0 is out of range");
        assertThat(session(2, "trace", "cold", "nowhere.csv", "--pace", "1").err())
                .contains("no such file");
    }
}
