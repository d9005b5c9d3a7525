package org.gleaner.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A chromium of its own, without a window, with a profile that vanishes with it.
public final class Browser implements AutoCloseable {

    private static final List<String> FLAGS =
            List.of(
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-dev-shm-usage",
                    "--disable-extensions",
                    "--hide-scrollbars",
                    "--force-color-profile=srgb",
                    "--remote-debugging-port=0");

    private final Process process;
    private final Path profile;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String address;

    private Browser(Process process, Path profile, String address) {
        this.process = process;
        this.profile = profile;
        this.address = address;
    }

    /// Where it is, if it is installed.
    public static Optional<Path> installed() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    public static Browser open() throws IOException, InterruptedException {
        Path profile = Files.createTempDirectory("gleaner-browser-");
        ProcessBuilder builder = new ProcessBuilder(installed().orElseThrow().toString());
        builder.command().addAll(FLAGS);
        builder.command().add("--user-data-dir=" + profile);
        builder.command().add("about:blank");
        builder.redirectErrorStream(true);
        builder.redirectOutput(profile.resolve("log").toFile());
        Process process = builder.start();
        Path port = profile.resolve("DevToolsActivePort");
        for (long end = System.nanoTime() + 30_000_000_000L; System.nanoTime() < end; ) {
            if (Files.exists(port)) {
                List<String> lines = Files.readAllLines(port);
                if (lines.size() > 1) {
                    String address = "ws://127.0.0.1:" + lines.get(0) + lines.get(1);
                    return new Browser(process, profile, address);
                }
            }
            Thread.sleep(20);
        }
        process.destroyForcibly();
        throw new IOException("no browser: " + Files.readString(profile.resolve("log")));
    }

    /// A new page of its own, without anything in it yet.
    public Tab tab() {
        return new Tab(this::connect);
    }

    private WebSocket connect(WebSocket.Listener listener) {
        return http.newWebSocketBuilder()
                .connectTimeout(Duration.ofSeconds(10))
                .buildAsync(URI.create(address), listener)
                .join();
    }

    @Override
    public void close() throws IOException {
        http.close();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> all = Files.walk(profile)) {
            all.sorted((a, b) -> b.compareTo(a)).forEach(path -> path.toFile().delete());
        } catch (UncheckedIOException e) {
            // A child of the browser still writes there; it is a temporary directory.
        }
    }
}
