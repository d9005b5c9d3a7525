package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.trace.TraceWritten;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class AdviseCommandTest {

    private static final int PAGES = 400;

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));
    private String host = "";

    @BeforeEach
    void hostAndTraces() throws IOException {
        session = new Session(directory);
        Path traces = Files.createDirectory(directory.resolve("traces"));
        ByteBuffer loop = ByteBuffer.allocate(4 * PAGES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < PAGES; i++) {
            loop.putInt(i | i % 3 << 31);
        }
        Files.write(traces.resolve("loop.u32"), loop.array());
        host = Files.writeString(directory.resolve("h.yaml"), "host: {memory: 8MiB}\n").toString();
    }

    private int run(String slo, String... more) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("advise", "--host", host, "--slo", slo, "--vms", "loop"));
        words.addAll(List.of(more));
        return session.run(words.toArray(String[]::new));
    }

    @Test
    void itSaysHowManyFitAndWhatBreaks() {
        int code =
                run(
                        "p99 stall < 1ms, major faults < 50/s",
                        "--knobs",
                        "none",
                        "--seeds",
                        "2",
                        "--warm-up",
                        "50ms",
                        "--watch",
                        "20ms");
        assertThat(code).as(session.err()).isZero();
        assertThat(session.out())
                .startsWith("complete: 1 of 1 answer\n4 VMs of loop fit a host with 8MiB: they")
                .contains("objectives: p99 stall < 1ms, major faults < 50/s\nwith 5, loop-")
                .contains("times its bound (seed ")
                .contains("\nassumed\n")
                .contains("loop makes 1,000,000 accesses a second (--pace)");
    }

    @Test
    void theResultIsKeptAndOneDocument() throws IOException {
        Path out = directory.resolve("kept");
        int code =
                run(
                        "psi some < 1%",
                        "--json",
                        "-q",
                        "--out",
                        out.toString(),
                        "--most",
                        "2",
                        "--knobs",
                        "lru",
                        "--seeds",
                        "1",
                        "--watch",
                        "2ms",
                        "--warm-up",
                        "1ms");
        assertThat(code).as(session.err()).isZero();
        JsonNode json = JsonMapper.shared().readTree(session.out());
        assertThat(json)
                .isEqualTo(JsonMapper.shared().readTree(out.resolve("result.json").toFile()));
        assertThat(json.path("resultFormat").asInt()).isEqualTo(1);
        assertThat(json.path("fits").asInt()).isEqualTo(2);
        assertThat(json.path("knobs").path(0).path("setting").asString())
                .isEqualTo("--set host.lru=classic");
        assertThat(out.resolve("report.html")).isNotEmptyFile();
    }

    @Test
    void whatVmsGiveBackIsToldOnRequest() throws IOException {
        List<String> words =
                new ArrayList<>(
                        List.of("--json", "-q", "--most", "2", "--knobs", "none", "--seeds", "1"));
        words.addAll(List.of("--pace", "100000", "--watch", "50ms", "--warm-up", "2s"));
        assertThat(run("psi some < 1%", words.toArray(String[]::new))).isZero();
        JsonNode without = JsonMapper.shared().readTree(session.out());
        assertThat(without.has("givenBack")).isFalse();
        session = new Session(directory);
        words.add("--psi-target=0.2%");
        assertThat(run("psi some < 1%", words.toArray(String[]::new))).isZero();
        JsonNode back = JsonMapper.shared().readTree(session.out()).path("givenBack");
        assertThat(back.path("targetPercent").asDouble()).isEqualTo(0.2);
        assertThat(back.path("touchedPages").asLong()).isEqualTo(2 * PAGES);
        assertThat(back.path("residentPages").asLong()).isBetween(1L, 2L * PAGES);
        assertThat(back.path("vms").size()).isEqualTo(2);
        assertThat(back.path("vms").path(1).path("figures").path(0).path("metric").asString())
                .isEqualTo("psi some");
    }

    @Test
    void aTraceWithTimesHasItsOwnPace() {
        Path file = directory.resolve("timed.gpt");
        TraceWritten.to(
                file,
                sink -> {
                    for (int i = 0; i < 1500; i++) {
                        sink.time(7_000_000_000L + i * 100_000L);
                        sink.access(i % 100, true);
                    }
                    return new TraceWritten.Ending(Map.of(), null, List.of());
                });
        int code =
                run(
                        "psi some < 1%",
                        file.toString(),
                        "--most",
                        "2",
                        "--knobs",
                        "none",
                        "--seeds",
                        "1",
                        "--watch",
                        "2ms",
                        "--warm-up",
                        "1ms");
        assertThat(code).as(session.err()).isZero();
        assertThat(session.out())
                .contains("timed makes 10,000 accesses a second as recorded, evenly")
                .contains("loop makes 1,000,000 accesses a second (--pace)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    p99 stal < 1ms | -q             | --slo: unknown objective 'p99 stal'
                    p99 stall < 1% | -q             | --slo: '1%' is no bound of 'p99 stall'
                    psi some < 1%  | --pace=0       | --pace: 0 is out of range; give 1 to 10000000
                    psi some < 1%  | --watch=0s     | --watch: 0s is out of range
                    psi some < 1%  | --warm-up=2h   | --warm-up: '2h' is no length of time
                    psi some < 1%  | --request=0    | --request: 0 is out of range
                    psi some < 1%  | --seeds=0      | --seeds: 0 is out of range
                    psi some < 1%  | --most=1001    | --most: 1001 is out of range
                    psi some < 1%  | --knobs=kernal | --knobs: 'kernal' is not one of kernel, lru, aging, swap, low; did you mean 'kernel'?
                    psi some < 1%  | --low=0.01%    | --low 0.01% of loop: 0.01% is less than one page
                    psi some < 1%  | --high=much    | --high: 'much' is not a size
                    psi some < 1%  | --set=host.kernel=5.4 | --set host.kernel=5.4: host.kernel: '5.4' is not one of
                    psi some < 1%  | --set=host.memory=1MiB | host.memory: 1MiB and swap have no room for a single VM
                    psi some < 1%  | --psi-target=0% | --psi-target: '0%' is no share of the time; write 0.1%, more than 0% and at most 100%
                    psi some < 1%  | --psi-target=101% | --psi-target: '101%' is no share of the time
                    psi some < 1%  | --psi-target=5ms | --psi-target: '5ms' is no share of the time
                    psi some < 1%  | nothing        | nothing: no such trace
                    """)
    void whatIsWrongIsOneLine(String slo, String option, String line) {
        assertThat(run(slo, option)).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err()).startsWith("gleaner: " + line).hasLineCount(1);
        assertThat(session.out()).isEmpty();
    }

    @Test
    void aHostThatIsNoneIsToldWithItsPlace() throws IOException {
        Files.writeString(Path.of(host), "host:\n  memory: 8MiB\n  kernl: 6.12\n");
        assertThat(run("psi some < 1%")).isEqualTo(ExitCodes.BAD_INPUT);
        assertThat(session.err())
                .contains("h.yaml:3:3: unknown key 'kernl' in host; did you mean 'kernel'?");
    }

    @Test
    void whoStopsItGetsNothing() {
        session.interrupted.set(true);
        assertThat(run("psi some < 1%")).isEqualTo(ExitCodes.INTERRUPTED);
        assertThat(session.out()).isEmpty();
    }
}
