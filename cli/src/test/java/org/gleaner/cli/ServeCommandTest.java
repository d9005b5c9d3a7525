package org.gleaner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `gleaner serve` as a command, and what it makes of forms.
final class ServeCommandTest {

    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+/\\w+/");

    @TempDir Path directory;

    private Session session = new Session(Path.of("unset"));

    @BeforeEach
    void fresh() {
        session = new Session(directory);
        session.home = Path.of("..").toAbsolutePath().normalize();
    }

    /// What is done with a server while it goes on.
    private interface Use {
        void of(URI address) throws IOException, InterruptedException;
    }

    /// Serves until `use` has ended, and gives the exit code.
    private int serve(Use use) throws IOException, InterruptedException {
        AtomicInteger code = new AtomicInteger(-1);
        Thread server = Thread.ofPlatform().start(() -> code.set(session.run("serve")));
        try {
            Matcher address = ADDRESS.matcher("");
            for (int i = 0; i < 3000 && !address.reset(session.out()).find(); i++) {
                Thread.sleep(10);
            }
            use.of(URI.create(address.group()));
        } finally {
            session.interrupted.set(true);
            server.join();
        }
        return code.get();
    }

    private static JsonNode post(URI address, String body)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address)
                        .header("Origin", "http://" + address.getAuthority())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return JsonMapper.shared().readTree(answer);
        }
    }

    /// What a page sends.
    ///
    /// @param options with values, such as `--seeds=5 --ablate=true`
    /// @param setting a key with a value; empty for none
    private static String form(String scenario, String options, String setting) {
        ObjectNode form = JsonMapper.shared().createObjectNode().put("scenario", scenario);
        put(form.putObject("options"), options.isEmpty() ? new String[0] : options.split(" "));
        put(form.putObject("settings"), setting.isEmpty() ? new String[0] : new String[] {setting});
        return form.toString();
    }

    private static void put(ObjectNode object, String... pairs) {
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            object.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
    }

    /// How much of the first run is done.
    private static double progress(URI address) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(address.resolve("api/runs/1")).build();
            String answer = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
            return JsonMapper.shared().readTree(answer).path("fraction").asDouble(0);
        }
    }

    @Test
    void saysWhereItIsAndEndsWhenItIsTold() throws IOException, InterruptedException {
        assertThat(serve(_ -> {})).isEqualTo(ExitCodes.INTERRUPTED);
        assertThat(session.out())
                .startsWith("serving " + directory.resolve("results") + " at\nhttp://127.0.0.1:");
        assertThat(session.err()).isEmpty();
    }

    @Test
    void helpHasAnExample() {
        assertThat(session.run("serve", "--help")).isZero();
        assertThat(session.out()).contains("gleaner serve --results results --port 8437");
    }

    @Test
    void whatCannotBeServedIsOneLine() throws IOException {
        assertThat(session.run("serve", "--port", "70000")).isEqualTo(2);
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThat(session.run("serve", "--results", file.toString())).isEqualTo(2);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(session.run("serve", "--port", "" + taken.getLocalPort())).isEqualTo(2);
        }
        assertThat(session.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("--port: 70000 is out of range; "),
                        line -> assertThat(line).contains("is no directory; "),
                        line -> assertThat(line).contains("cannot be had (").contains("; give "));
        assertThat(session.out()).isEmpty();
    }

    @Test
    void withoutASchemaItSaysSo() {
        session.home = directory;
        assertThat(session.run("serve")).isEqualTo(2);
        assertThat(session.err()).contains("scenario.schema.json").hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "host.cpus=64000     | host.cpus  | 64000 is out of range; give 1 to 1024",
                "host.kernel=5.15    | host.kernel| 5.15",
                "host.nothing=1      | host.nothing | ",
                "guests.7.low=1      | guests.7.low | is no item of that list",
                "millis=- x          | millis     | ",
                "a b=1               |            | is no key",
                "--out=x             |            | is no key",
                "kind=mmu-stress     | kind       | cannot be changed",
            })
    void aFaultStandsAtItsField(String setting, String field, String message)
            throws IOException, InterruptedException {
        String body = form("neighbours", "", setting);
        serve(address -> {
            JsonNode answer = post(address.resolve("api/check"), body);
            JsonNode fault = answer.path("faults").path(0);
            assertThat(fault.path("field").asString()).isEqualTo(field == null ? "" : field);
            assertThat(fault.path("message").asString()).contains(message == null ? "; " : message);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--scale=1/0       | --scale",
                "--seeds=0         | --seeds",
                "--band=2          | --band",
                "--ablate=true     | --ablate",
                "--engine=nothing       | --engine",
                "--engine=--json        |",
                "--out=elsewhere   | --out",
                "--set=a=b         | --set",
                "--nothing=1       | --nothing",
            })
    void aFaultOfAnOptionStandsThere(String option, String field)
            throws IOException, InterruptedException {
        String body = form("neighbours", option, "");
        serve(address -> {
            JsonNode answer = post(address.resolve("api/check"), body);
            assertThat(answer.path("faults").path(0).path("field").asString())
                    .as("%s", answer)
                    .isEqualTo(field == null ? "" : field);
            assertThat(answer.path("faults")).hasSize(1);
            post(address.resolve("api/runs"), body);
        });
        assertThat(directory.resolve("elsewhere")).doesNotExist();
        assertThat(session.scenarios).isEmpty();
    }

    @Test
    void itsEndCancelsARunAndKeepsWhatIsFinished() throws IOException, InterruptedException {
        session.standardExecutors = true;
        int code =
                serve(address -> {
                    URI runs = address.resolve("api/runs");
                    post(runs, form("mmu-stress", "--seeds=1000 --scale=1/4096", ""));
                    while (progress(address) < 0.01) {
                        Thread.sleep(20);
                    }
                });
        assertThat(code).isEqualTo(ExitCodes.INTERRUPTED);
        try (Stream<Path> results = Files.list(directory.resolve("results"))) {
            List<Path> kept = results.toList();
            assertThat(kept).hasSize(1);
            JsonNode document =
                    JsonMapper.shared()
                            .readTree(Files.readAllBytes(kept.getFirst().resolve("result.json")));
            assertThat(document.path("complete").asBoolean()).isFalse();
            assertThat(document.path("finished").asInt()).isPositive();
        }
    }
}
