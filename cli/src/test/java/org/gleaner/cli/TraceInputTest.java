package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a user says what a trace is.
final class TraceInputTest {

    @TempDir Path directory;

    @Test
    void columnsAreReadByTheirMap() throws IOException {
        Path trace = Files.writeString(directory.resolve("t.txt"), "5 W 1f\n6 R 20\n7 R 1f\n");
        String map = "address=3,op=2,unit=page,base=16";

        assertThat(done("trace", "info", trace.toString(), "--columns", map, "--json"))
                .contains("\"format\" : \"csv\"", "\"records\" : 3", "\"writes\" : 1")
                .contains("\"distinctPages\" : 2", "\"firstPages\" : [ 31, 32, 31 ]");
        assertThat(done("replay", trace.toString(), "--columns", map, "--memory", "100%"))
                .contains("t");
    }

    @Test
    void perfsFieldsAreNamed() throws IOException {
        Path trace = Files.writeString(directory.resolve("t.txt"), "1000 a b 12 1.5: f:\n");

        assertThat(
                        done(
                                "trace",
                                "info",
                                trace.toString(),
                                "--fields",
                                "addr,comm,pid,time,event",
                                "--json"))
                .contains("\"format\" : \"perf-script-addr\"", "\"level\" : \"memory (sampled)\"");
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() throws IOException {
        Path trace = Files.writeString(directory.resolve("t.txt"), "5\n6\n");
        String file = trace.toString();

        assertThat(refused("trace", "info", file, "--columns", "address=1", "--fields", "addr"))
                .contains("--fields: is given besides --columns; give one of them");
        assertThat(refused("trace", "info", file, "--columns", "address=1", "--format", "lirs"))
                .contains("--columns: does not belong to --format lirs");
        assertThat(refused("trace", "info", file, "--columns", "adress=1"))
                .contains("did you mean 'address'?");
        assertThat(refused("trace", "info", file, "--fields", "adr")).contains("'adr' is no field");
        assertThat(refused("trace", "info", file, "--columns", "address=2"))
                .contains("t.txt, line 1: ");
        assertThat(refused("trace", "info", file, "--format", "address"))
                .contains("t.txt: is ")
                .contains("not address; leave --format out");
    }

    private String done(String... words) {
        Session session = new Session(directory);
        assertThat(session.run(words)).as(session.err()).isEqualTo(ExitCodes.DONE);
        return session.out();
    }

    private String refused(String... words) {
        Session session = new Session(directory);
        assertThat(session.run(words)).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err().strip().lines()).hasSize(1);
        return session.err();
    }
}
