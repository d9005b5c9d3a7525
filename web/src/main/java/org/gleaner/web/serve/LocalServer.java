package org.gleaner.web.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Pages of results and runs, for who has the address.
public final class LocalServer implements AutoCloseable {

    /// How long runs may take to keep what they have.
    private static final Duration GRACE = Duration.ofSeconds(8);

    private static final int BACKLOG = 50;

    private final HttpServer server;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final LiveRuns runs = new LiveRuns();
    private final Token token = Token.fresh();
    private final Consumer<Throwable> faults;
    private final Gate gate;
    private final Routes routes;

    private LocalServer(
            HttpServer server,
            Path results,
            @Nullable Launcher launcher,
            Consumer<Throwable> faults) {
        this.server = server;
        this.faults = faults;
        gate = new Gate(token, server.getAddress().getPort());
        routes = new Routes("/" + token + "/", new ResultList(results), runs, launcher);
    }

    /// Serves on the loopback address.
    ///
    /// @param port 0 for any that is free
    /// @param results the directory that results are in, or will be
    /// @param launcher what can be run; null if nothing can be started
    /// @param faults hears of faults of the server's own
    /// @throws IOException if the port cannot be had
    public static LocalServer open(
            int port, Path results, @Nullable Launcher launcher, Consumer<Throwable> faults)
            throws IOException {
        InetAddress loopback = InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1});
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback, port), BACKLOG);
        LocalServer local = new LocalServer(server, results, launcher, faults);
        server.setExecutor(local.workers);
        server.createContext("/", local::handle);
        server.start();
        return local;
    }

    /// What to open in a browser.
    public URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/" + token + "/");
    }

    /// A run of somebody else's that is shown, and may be told to stop.
    ///
    /// @param command that started it
    public LiveRun follow(String command) {
        LiveRun run = runs.add(command);
        run.start();
        return run;
    }

    /// The page of a run.
    public URI address(LiveRun run) {
        return address().resolve("runs/" + run.id());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            answer(exchange).send(exchange);
        }
    }

    private Reply answer(HttpExchange exchange) {
        try {
            return routes.answer(exchange, gate.pass(exchange));
        } catch (Denied refused) {
            return Reply.text(refused.status(), refused.text());
        } catch (IOException | RuntimeException | Error fault) {
            faults.accept(fault);
            return Reply.text(500, "a fault of Gleaner's own; the terminal says more");
        }
    }

    /// Ends all runs, which keep what they have, then itself.
    @Override
    public void close() {
        runs.end(GRACE);
        server.stop(0);
        workers.shutdownNow();
        runs.close();
    }
}
