package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ValidateTogetherCommandTest {

    private static final String HEADING =
            "kernel,traces,mode,kind,turn,mem_pages,high,low,max,accesses,distinct,boot,majflt,"
                    + "pgscan,pgsteal\n";

    @TempDir Path directory;

    @BeforeEach
    void loops() throws IOException {
        trace("small.u32", 600);
        trace("large.u32", 900);
    }

    private void trace(String name, int pages) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(12_000).order(ByteOrder.LITTLE_ENDIAN);
        IntStream.range(0, 3_000).forEach(i -> bytes.putInt(i % pages));
        Files.write(directory.resolve(name), bytes.array());
    }

    private String table(String kernel, String faults) throws IOException {
        String row =
                "%s,small+large,classic,anon,128,1200,0+0,0+0,0+0,3000+3000,600+900,1,%s,9+9,9+9\n"
                        .formatted(kernel, faults);
        return Files.writeString(directory.resolve("own.csv"), HEADING + row).toString();
    }

    private Session run(int status, String... arguments) {
        Session session = new Session(directory);
        assertThat(session.run(arguments)).as(session.err() + session.out()).isEqualTo(status);
        return session;
    }

    @Test
    void aTableOfItsOwnCountsIsWithinItsBounds() throws IOException {
        JsonNode json = json(run(1, "validate", "together", table("6.12", "0+1"), "--json", "-q"));
        JsonNode row = json.get("rows").get(0);
        assertThat(row.get("status").stringValue()).isEqualTo("OUTSIDE");
        long small = faults(row.get("guests").get(0));
        long large = faults(row.get("guests").get(1));
        assertThat(small + large).isEqualTo(faults(row.get("all"))).isGreaterThan(1_000);
        assertThat(json.get("failures")).hasSizeGreaterThan(1);

        String own = table("6.12", small + "+" + large);
        Session again = run(0, "validate", "together", own, "-q");
        assertThat(again.out())
                .startsWith("complete: 1 of 1 row\n")
                .containsPattern("6.12 +classic anon +small +\\S+ +\\S+ +\\.\n")
                .containsPattern("pgmajfault of all +5 +1 +1 +100 %");
    }

    /// What one gains and another loses is no more than 10 % of each; of all it is 5 %.
    @Test
    void aTraceMayBeFurtherOffThanAll() throws IOException {
        JsonNode json = json(run(1, "validate", "together", table("6.12", "0+1"), "--json", "-q"));
        JsonNode row = json.get("rows").get(0);
        long small = faults(row.get("guests").get(0));
        long large = faults(row.get("guests").get(1));
        long moved = Math.min(small, large) * 7 / 100;
        String table = table("6.12", (small + moved) + "+" + (large - moved));
        run(0, "validate", "together", table, "-q", "--seeds", "1");
        moved = Math.max(small, large) * 15 / 100;
        table = table("6.12", (small + moved) + "+" + Math.max(0, large - moved));
        assertThat(run(1, "validate", "together", table, "-q", "--seeds", "1").out())
                .contains("FAILED: 6.12 small + large 1200p classic anon turns of 128");
    }

    @Test
    void whatCannotBePlayedIsRefused() throws IOException {
        Session session = run(1, "validate", "together", table("4.4", "1+1"), "-q");
        assertThat(session.out())
                .contains("refused: '4.4' is not one of 6.1,")
                .endsWith("FAILED: no row could be compared\n");
    }

    @Test
    void badInputIsOneLine() throws IOException {
        trace("large.u32", 901);
        expectFault("own.csv, line 2: was run on 3000 accesses to 900 pages", table("6.12", "1+1"));
        Files.delete(directory.resolve("large.u32"));
        expectFault("own.csv, line 2, large: no such trace", table("6.12", "1+1"));
        expectFault(
                "--only low=1+1: no row has low=1+1", table("6.12", "1+1"), "--only", "low=1+1");
        expectFault("results.csv: no such file");
    }

    private void expectFault(String message, String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "validate";
        all[1] = "together";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        Session session = run(2, all);
        assertThat(session.err()).startsWith("gleaner: ").contains(message).hasLineCount(1);
        assertThat(session.out()).isEmpty();
    }

    private static long faults(JsonNode counters) {
        return counters.get("pgmajfault").get("median").longValue();
    }

    private static JsonNode json(Session session) {
        return JsonMapper.shared().readTree(session.out());
    }
}
