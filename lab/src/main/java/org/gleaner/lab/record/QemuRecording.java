package org.gleaner.lab.record;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.format.AccessSink;
import org.jspecify.annotations.Nullable;

/// Runs a program, or the QEMU of a machine, with the plugin in it, and hands on what comes until
/// it ends.
///
/// Each process that is recorded has a connection and an address space of its own; what it forks
/// becomes another. The command has this process's standard streams unless it is told otherwise.
public final class QemuRecording {

    /// Records that go together at most.
    public static final int BLOCK_RECORDS = PluginStream.BLOCK_RECORDS;

    private static final long POLL_MILLIS = 50;

    /// How long the command may take to end by itself after a signal, before it is made to.
    private static final long PATIENCE_MILLIS = 2000;

    private final Launch launch;
    private final Bounds bounds;
    private final BooleanSupplier interrupted;

    /// When to stop before the command ends by itself.
    ///
    /// @param records most that are recorded; what is in flight still comes
    /// @param nanos longest time
    public record Bounds(long records, long nanos) {
        public static final Bounds NONE = new Bounds(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /// Why a recording ended.
    public enum End {
        COMMAND,
        BOUND,
        INTERRUPTED
    }

    /// What a recording came to.
    ///
    /// @param exitCode the command's; 128 and a signal's number if that ended it
    /// @param records handed on
    /// @param processes that were recorded, forked ones included
    /// @param seconds that the command took
    public record Recorded(
            End end, int exitCode, long records, int processes, Totals totals, double seconds) {}

    /// @param interrupted whether the user asked to stop
    public QemuRecording(Launch launch, Bounds bounds, BooleanSupplier interrupted) {
        this.launch = launch;
        this.bounds = bounds;
        this.interrupted = interrupted;
    }

    /// Starts the command, and returns when it has ended and all of it has been handed on.
    ///
    /// @param sink used by one thread at a time; what it throws ends the command, and is thrown
    /// @throws BadInput if the command cannot be started
    public Recorded run(AccessSink sink) {
        Path directory = null;
        try {
            directory = Files.createTempDirectory("gleaner-record-");
            Path socket = directory.resolve("socket");
            try (ServerSocketChannel server =
                    ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(socket));
                return run(new Connections(server, sink), socket);
            } finally {
                Files.deleteIfExists(socket.resolveSibling("end"));
                Files.deleteIfExists(socket);
                Files.deleteIfExists(directory);
            }
        } catch (IOException e) {
            throw new BadInput(
                    directory == null ? "the directory for temporary files" : directory.toString(),
                    "cannot be used to record (" + Input.reason(e) + ")",
                    "make room there",
                    e);
        }
    }

    private Recorded run(Connections connections, Path socket) {
        long start = System.nanoTime();
        Process process = start(launch.builder(socket));
        try {
            connections.open(start);
            End end = await(process, connections, start);
            double seconds = (System.nanoTime() - start) / 1e9;
            connections.drain(UnixDomainSocketAddress.of(socket.resolveSibling("end")));
            return new Recorded(
                    end,
                    process.exitValue(),
                    connections.records(),
                    connections.processes(),
                    connections.totals(),
                    seconds);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(ProcessBuilder builder) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new BadInput(
                    builder.command().getFirst(),
                    "cannot be started (" + Input.reason(e) + ")",
                    "check that it runs by itself",
                    e);
        }
    }

    private End await(Process process, Connections connections, long start) {
        while (true) {
            try {
                if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                    return interrupted.getAsBoolean() ? End.INTERRUPTED : End.COMMAND;
                }
                @Nullable End end = mustEnd(connections, start);
                if (end != null) {
                    stop(process, end);
                    return end;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                process.destroyForcibly();
                process.onExit().join();
                return End.INTERRUPTED;
            }
        }
    }

    private @Nullable End mustEnd(Connections connections, long start) {
        if (interrupted.getAsBoolean()) {
            return End.INTERRUPTED;
        }
        boolean enough =
                connections.records() >= bounds.records
                        || System.nanoTime() - start >= bounds.nanos
                        || connections.failed();
        return enough ? End.BOUND : null;
    }

    /// On Ctrl-C a terminal has already told the command, which may be putting its house in order.
    private static void stop(Process process, End why) throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        if (why == End.INTERRUPTED && process.waitFor(PATIENCE_MILLIS / 2, TimeUnit.MILLISECONDS)) {
            return;
        }
        process.destroy();
        all.forEach(ProcessHandle::destroy);
        if (!process.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            all.forEach(ProcessHandle::destroyForcibly);
            process.waitFor();
        }
    }
}
