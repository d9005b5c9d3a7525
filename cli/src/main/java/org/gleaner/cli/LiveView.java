package org.gleaner.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.gleaner.web.serve.LiveRun;
import org.gleaner.web.serve.LocalServer;
import org.jspecify.annotations.Nullable;

/// A page that shows a command while it runs, and its report when it has ended.
final class LiveView implements AutoCloseable {

    private final Surroundings surroundings;
    private final LocalServer server;
    private final LiveRun run;
    private final @Nullable Path opener;

    private LiveView(
            Surroundings surroundings, LocalServer server, LiveRun run, @Nullable Path opener) {
        this.surroundings = surroundings;
        this.server = server;
        this.run = run;
        this.opener = opener;
    }

    /// Starts it and says where it is; with a display, a browser is told too.
    ///
    /// @param environment of the process
    static LiveView open(Surroundings surroundings, Map<String, String> environment) {
        LocalServer server = ServeCommand.open(surroundings, 0, null);
        LiveRun run = server.follow(surroundings.provenance().command());
        URI page = server.address(run);
        surroundings.err().println("live at " + page);
        boolean display =
                Stream.of("DISPLAY", "WAYLAND_DISPLAY")
                        .anyMatch(name -> !environment.getOrDefault(name, "").isEmpty());
        return new LiveView(surroundings, server, run, display ? browser(page) : null);
    }

    /// What the command runs in.
    Surroundings surroundings() {
        return surroundings.watched(new FollowedRun(run), run::cancelled);
    }

    /// The command has ended, and the page stays until the user has seen it.
    void stay(int code) {
        new FollowedRun(run).ended(code, "");
        if (!surroundings.interrupted().getAsBoolean()) {
            surroundings.err().println("the page stays until Ctrl-C");
            ServeCommand.awaitInterrupt(surroundings);
        }
    }

    /// Asks the desktop to open a page. Everybody on the machine sees a process's arguments, so the
    /// address goes through a file that only its owner may read.
    private static @Nullable Path browser(URI page) {
        try {
            Path file =
                    Files.createTempFile(
                            "gleaner-",
                            ".html",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    file,
                    "<!doctype html><meta http-equiv=\"refresh\" content=\"0; url=%s\">\n"
                            .formatted(page));
            new ProcessBuilder("xdg-open", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return file;
        } catch (IOException | UnsupportedOperationException e) {
            return null; // The address is printed.
        }
    }

    @Override
    public void close() {
        server.close();
        if (opener != null) {
            try {
                Files.deleteIfExists(opener);
            } catch (IOException e) {
                // It holds the address of a server that has ended.
            }
        }
    }
}
