package org.gleaner.web.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What the server answers, and what it refuses.
final class LocalServerTest {

    private static final String RESULT =
            """
            {"complete": true, "command": "gleaner run %s", "version": "v", "date": "2026-01-0%dT00:00:00Z",
             "resultFormat": 1, "scenario": {"kind": "max-guest-memory", "name": "%s"}, "runs": []}
            """;
    private static final String LAUNCH =
            """
            {"scenario": "one", "options": {}, "settings": {}}\
            """;

    @TempDir Path directory;

    private final List<Throwable> faults = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final Scripted launcher = new Scripted();
    private LocalServer server;

    /// A launcher whose run goes on until it may end, or is told to.
    private static final class Scripted implements Launcher {
        final CountDownLatch mayEnd = new CountDownLatch(1);
        final AtomicBoolean saw = new AtomicBoolean();

        @Override
        public List<Offer> offers() {
            return List.of(new Offer("one", "is it so?", "1 s"));
        }

        @Override
        public JsonNode form(String scenario) {
            ObjectNode form = JsonMapper.shared().createObjectNode();
            form.put("question", "is it so?").put("takes", "1 s");
            return form;
        }

        @Override
        public Prepared prepare(FilledForm launch) {
            boolean wrong = launch.settings().containsKey("wrong");
            return new Prepared(
                    "gleaner run one",
                    wrong ? List.of(new Fault("wrong", "is wrong; mend it")) : List.of());
        }

        @Override
        public void run(FilledForm launch, LiveRun run) {
            run.begin("a task", 10);
            while (!run.cancelled() && mayEnd.getCount() > 0) {
                Thread.onSpinWait();
            }
            saw.set(run.cancelled());
            run.end(run.cancelled() ? LiveRun.State.CANCELLED : LiveRun.State.DONE, "text");
        }
    }

    @BeforeEach
    void open() throws IOException {
        result("first", 1);
        result("second", 2);
        Files.writeString(directory.resolve("secret"), "secret");
        server = LocalServer.open(0, directory.resolve("results"), launcher, faults::add);
    }

    @AfterEach
    void close() {
        launcher.mayEnd.countDown();
        server.close();
        assertThat(faults).isEmpty();
    }

    private void result(String name, int day) throws IOException {
        Path result = Files.createDirectories(directory.resolve("results").resolve(name));
        Files.writeString(result.resolve("result.json"), RESULT.formatted(name, day, name));
    }

    private HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(server.address().resolve(path)));
    }

    private HttpResponse<String> post(String path, String body) {
        URI address = server.address().resolve(path);
        return send(
                HttpRequest.newBuilder(address)
                        .header("Origin", "http://" + address.getAuthority())
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// An answer to exactly these bytes, which no client would send.
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String own() {
        return server.address().getAuthority();
    }

    private static void refuses(HttpResponse<String> response, int status) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValue("text/plain; charset=utf-8");
        assertThat(response.body())
                .startsWith(status + ": ")
                .hasLineCount(1)
                .doesNotContain("Exception", "secret", "org.gleaner");
    }

    @Test
    void listensOnTheLoopbackAddressAlone() {
        assertThat(server.address().getHost()).isEqualTo("127.0.0.1");
        assertThat(server.address().getPath()).matches("/[0-9a-f]{32}/");
    }

    @Test
    void everyServerHasATokenOfItsOwn() throws IOException {
        try (LocalServer other = LocalServer.open(0, directory, null, faults::add)) {
            assertThat(other.address().getPath()).isNotEqualTo(server.address().getPath());
        }
    }

    @Test
    void pagesMayLoadNothingFromElsewhereAndAreKeptNowhere() {
        for (String path : List.of("", "new/one", "results/first/")) {
            HttpResponse<String> page = get(path);
            assertThat(page.statusCode()).as(path).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .startsWith("default-src 'none'; script-src 'sha256-")
                    .endsWith("; frame-ancestors 'none'")
                    .doesNotContain("script-src 'unsafe", "http:", "https:", "*");
            assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
            assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(page.headers().map()).doesNotContainKey("set-cookie");
        }
    }

    @Test
    void listsTheNewestFirst() {
        JsonNode state = JsonMapper.shared().readTree(get("api/state").body());
        assertThat(state.path("results").path("entries"))
                .extracting(each -> each.path("name").asString())
                .containsExactly("second", "first");
    }

    @Test
    void aFileOfAResultIsTextWhateverIsInIt() throws IOException {
        Path file = directory.resolve("results/first/evil.html");
        Files.writeString(file, "<script>alert(1)</script>");
        HttpResponse<String> answer = get("results/first/evil.html");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValue("text/plain; charset=utf-8");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("sandbox");
    }

    @Test
    void aReportIsMadeHereAndNotTheOneThatLiesThere() throws IOException {
        Path file = directory.resolve("results/first/report.html");
        Files.writeString(file, "<script>alert('theirs')</script>");
        assertThat(get("results/first/").body())
                .contains("Gleaner: first")
                .doesNotContain("theirs");
        assertThat(get("results/first/report.html").body()).doesNotContain("theirs");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/state", "/results/first/", "/favicon.ico", "/x/api/state"})
    void withoutTheTokenNothingIsAnswered(String path) {
        refuses(get(path), 403);
    }

    @Test
    void aWrongTokenIsRefusedWhateverItIs() {
        String path = server.address().getPath();
        refuses(get(path.substring(0, path.length() - 2) + "/"), 403);
        refuses(get("/" + "0".repeat(32) + "/"), 403);
        refuses(get(path.substring(0, path.length() - 1) + "0/"), 403);
        refuses(get("/?token=" + path.replace("/", "")), 403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: evil.example:PORT",
                "Host: 127.0.0.1",
                "Host: 127.0.0.1:1",
                "Host: 127.0.0.1:PORT.evil.example",
                "Host: 127.0.0.1:PORT\nHost: evil.example",
                "Accept: */*",
            })
    void anotherHostsNameIsRefused(String header) throws IOException {
        String host = header.replace("PORT", "" + server.address().getPort());
        String answer =
                raw(
                        "GET "
                                + server.address().getPath()
                                + " HTTP/1.1\n"
                                + host
                                + "\nConnection: close\n\n");
        assertThat(answer.lines().findFirst().orElse("")).matches("HTTP/1.1 40[03] .*");
        assertThat(answer).doesNotContain("<html", "Exception");
    }

    @Test
    void itsOwnNameIsAnswered() throws IOException {
        for (String host : List.of(own(), "localhost:" + server.address().getPort())) {
            String request =
                    "GET %s HTTP/1.1\nHost: %s\nConnection: close\n\n"
                            .formatted(server.address().getPath(), host);
            assertThat(raw(request)).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "results/../secret",
                "results/first/../../../secret",
                "results/%2e%2e/secret",
                "results/first/%2e%2e%2f%2e%2e%2fsecret",
                "results/first/..%2f..%2fsecret",
                "results/first/..%5c..%5csecret",
                "results/first/%2e%2e/%2e%2e/secret",
                "results//secret",
                "results/%00/",
                "results/first/result.json%00.html",
                "results/.hidden/",
                "results/first/.hidden",
                "results/first/%252e%252e%252fsecret",
                "results/nobody/",
                "results/out/",
                "results/out/result.json",
                "results/linked/",
                "results/linked/result.json",
                "results/aside/",
                "results/aside/link",
                "results/first/deep/file",
                "compare?with=..%2f..&with=first",
                "compare?with=first&with=out",
                "runs/1",
                "runs/-1",
                "new/%2e%2e%2fsecret",
                "new/secret",
                "nothing",
            })
    void pathsThatLeadElsewhereAreRefused(String path) throws IOException {
        Path results = directory.resolve("results");
        Path outside = Files.createDirectories(directory.resolve("outside"));
        Files.writeString(outside.resolve("result.json"), RESULT.formatted("secret", 1, "secret"));
        Files.createSymbolicLink(results.resolve("out"), outside);
        Files.createDirectories(results.resolve("linked"));
        Files.createSymbolicLink(
                results.resolve("linked/result.json"), outside.resolve("result.json"));
        result("aside", 1);
        Files.createSymbolicLink(results.resolve("aside/link"), directory.resolve("secret"));
        Files.createDirectories(results.resolve(".hidden"));
        Files.createDirectories(results.resolve("first/deep"));
        Files.writeString(results.resolve("first/deep/file"), "secret");
        Files.writeString(results.resolve("first/.hidden"), "secret");
        String answer =
                raw(
                        "GET %s%s HTTP/1.1\nHost: %s\nConnection: close\n\n"
                                .formatted(server.address().getPath(), path, own()));
        assertThat(answer).startsWith("HTTP/1.1 404").doesNotContain("secret");
        assertThat(get("api/state").body()).doesNotContain("secret", "outside", "linked");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE", "BREW"})
    void othersThanGetAndPostAreRefused(String method) throws IOException {
        String answer =
                raw(
                        "%s %s HTTP/1.1\nHost: %s\nConnection: close\n\n"
                                .formatted(method, server.address().getPath(), own()));
        assertThat(answer).startsWith("HTTP/1.1 405").contains("Allow: GET, POST");
    }

    @Test
    void onlyItsOwnPagesMayChangeAnything() {
        URI address = server.address().resolve("api/runs");
        for (String origin :
                List.of("http://evil.example", "null", "https://" + own(), "http://127.0.0.1:1")) {
            refuses(
                    send(
                            HttpRequest.newBuilder(address)
                                    .header("Origin", origin)
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString(LAUNCH))),
                    403);
        }
        refuses(
                send(
                        HttpRequest.newBuilder(address)
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(LAUNCH))),
                403);
        refuses(
                send(
                        HttpRequest.newBuilder(address)
                                .header("Origin", "http://" + own())
                                .header("Content-Type", "text/plain")
                                .POST(HttpRequest.BodyPublishers.ofString(LAUNCH))),
                415);
        refuses(
                send(
                        HttpRequest.newBuilder(server.address().resolve("api/state"))
                                .header("Origin", "http://evil.example")),
                403);
        assertThat(get("api/state").body()).contains("\"runs\":[]");
    }

    @Test
    void aLongBodyIsRefusedWhetherItSaysSoOrNot() throws IOException {
        refuses(post("api/runs", " ".repeat(Gate.MOST_BYTES + 1)), 413);
        String head =
                "POST %sapi/runs HTTP/1.1\nHost: %s\nOrigin: http://%s\nContent-Type: application/json\n"
                        .formatted(server.address().getPath(), own(), own());
        assertThat(status(head + "Content-Length: 99999999\n\n")).isEqualTo("HTTP/1.1 413");
        String chunk = "10000\n" + " ".repeat(0x10000) + "\n";
        String chunked = head + "Transfer-Encoding: chunked\n\n" + chunk + chunk;
        assertThat(status(chunked + "0\n\n")).isEqualTo("HTTP/1.1 413");
    }

    /// What the answer to exactly these bytes begins with; the server may still wait for more.
    private String status(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(request.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            byte[] start = socket.getInputStream().readNBytes(12);
            return new String(start, StandardCharsets.ISO_8859_1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{\"scenario\": 1}",
                "{\"scenario\": \"one\"}",
                "{\"scenario\": \"one\", \"options\": [], \"settings\": {}}",
                "{\"scenario\": \"one\", \"options\": {\"a\": {}}, \"settings\": {}}",
            })
    void whatNoFormSendsIsRefused(String body) {
        refuses(post("api/check", body), 400);
        refuses(post("api/runs", body), 400);
    }

    @Test
    void onlyWhatIsOfferedIsRun() {
        refuses(post("api/runs", LAUNCH.replace("one", "/etc/passwd")), 404);
        HttpResponse<String> wrong =
                post(
                        "api/runs",
                        LAUNCH.replace("\"settings\": {}", "\"settings\": {\"wrong\": \"1\"}"));
        assertThat(wrong.statusCode()).isEqualTo(422);
        assertThat(wrong.body()).contains("is wrong; mend it").contains("\"field\":\"wrong\"");
    }

    @Test
    void aRunIsStartedFollowedAndCancelled() {
        assertThat(post("api/runs", LAUNCH).statusCode()).isEqualTo(201);
        assertThat(post("api/runs", LAUNCH).statusCode()).isEqualTo(201);
        until("api/runs/1", "running");
        assertThat(state("api/runs/2")).isEqualTo("waiting");
        assertThat(get("runs/1").statusCode()).isEqualTo(200);
        post("api/runs/2/cancel", "{}");
        assertThat(state("api/runs/2")).isEqualTo("cancelled");
        post("api/runs/1/cancel", "{}");
        until("api/runs/1", "cancelled");
        assertThat(launcher.saw).isTrue();
    }

    @Test
    void aRunThatIsDoneSaysSo() {
        post("api/runs", LAUNCH);
        launcher.mayEnd.countDown();
        until("api/runs/1", "done");
        assertThat(get("api/runs/1").body()).contains("\"printed\":\"text\"");
    }

    @Test
    void soManyWaitAndNoMore() {
        int status = 201;
        int started = 0;
        while (status == 201 && started < 100) {
            HttpResponse<String> response = post("api/runs", LAUNCH);
            status = response.statusCode();
            started++;
        }
        assertThat(status).isEqualTo(429);
    }

    @Test
    void itsEndCancelsWhatGoesOn() {
        post("api/runs", LAUNCH);
        until("api/runs/1", "running");
        server.close();
        assertThat(launcher.saw).isTrue();
    }

    @Test
    void withoutALauncherNothingIsStarted() throws IOException {
        server.close();
        server = LocalServer.open(0, directory.resolve("results"), null, faults::add);
        refuses(post("api/runs", LAUNCH), 404);
        refuses(get("new/one"), 404);
        assertThat(get("").statusCode()).isEqualTo(200);
    }

    private String state(String path) {
        return JsonMapper.shared().readTree(get(path).body()).path("state").asString();
    }

    private void until(String path, String state) {
        for (long end = System.nanoTime() + 20_000_000_000L; System.nanoTime() < end; ) {
            if (state(path).equals(state)) {
                return;
            }
        }
        throw new AssertionError(path + " is " + state(path) + " and not " + state);
    }
}
