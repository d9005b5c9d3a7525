package org.gleaner.fleet.spark;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.gleaner.fleet.plan.Axis;
import org.gleaner.fleet.plan.Sweep;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.report.ResultJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A sweep's directory: what it is the results of, so that no other sweep's get in.
final class SweepDirectory implements AutoCloseable {

    /// What a directory says of itself.
    ///
    /// @param sweep its hash
    /// @param inputs a digest of the files that it reads
    record Identity(
            String name,
            String command,
            String sweep,
            String inputs,
            String version,
            long points,
            List<String> axes,
            List<String> figures,
            List<String> frontier) {

        static Identity of(Sweep sweep, String inputs, String version) {
            return new Identity(
                    sweep.name(),
                    sweep.kind().label(),
                    sweep.hash(),
                    inputs,
                    version,
                    sweep.points(),
                    sweep.axes().stream().map(Axis::key).toList(),
                    sweep.figures(),
                    sweep.frontier());
        }
    }

    private static final String FILE = "sweep.json";
    private static final JsonMapper MAPPER = new JsonMapper();

    private final FileChannel channel;

    private SweepDirectory(FileChannel channel) {
        this.channel = channel;
    }

    /// Takes a directory for `own`, new or begun.
    ///
    /// @throws BadInput if it is another's, cannot be written, or somebody is at it
    static SweepDirectory take(Path directory, Identity own) {
        Identity old = Files.isDirectory(directory) ? read(directory) : null;
        if (old == null && hasSomething(directory)) {
            throw new BadInput(
                    directory.toString(),
                    "is there already, and no sweep's",
                    "name a new directory");
        }
        if (old != null) {
            check(directory, old, own);
        }
        try {
            Files.createDirectories(directory);
            SweepDirectory taken = lock(directory);
            Path draft = directory.resolve("." + FILE);
            Files.writeString(draft, ResultJson.of(own) + "\n");
            Files.move(draft, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            return taken;
        } catch (IOException e) {
            throw new BadInput(
                    directory.toString(), "cannot be written", "name another directory", e);
        }
    }

    private static SweepDirectory lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve(".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        @Nullable FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new BadInput(
                    directory.toString(),
                    "another sweep is at it",
                    "wait, or name a new directory");
        }
        return new SweepDirectory(channel);
    }

    /// What a directory says that it is; null if it says nothing.
    static @Nullable Identity read(Path directory) {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return MAPPER.readValue(Files.readString(file), Identity.class);
        } catch (IOException | JacksonException e) {
            throw new BadInput(file.toString(), "cannot be read", "name a new directory", e);
        }
    }

    private static void check(Path directory, Identity old, Identity own) {
        String other =
                !old.sweep().equals(own.sweep())
                        ? "results of another sweep, '" + old.name() + "'"
                        : !old.inputs().equals(own.inputs())
                                ? "results of other traces or scenarios of the same names"
                                : old.version().equals(own.version())
                                        ? ""
                                        : "results of " + old.version();
        if (!other.isEmpty()) {
            throw new BadInput(directory.toString(), "holds " + other, "name a new directory");
        }
    }

    private static boolean hasSomething(Path directory) {
        if (!Files.exists(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isPresent();
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The process's end closes it too.
        }
    }
}
