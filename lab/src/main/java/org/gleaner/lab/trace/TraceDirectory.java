package org.gleaner.lab.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.container.Container;
import org.gleaner.lab.trace.container.Unpacking;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Reconstruction;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;
import org.gleaner.lab.trace.memory.DrmemtraceFormat;
import org.gleaner.lab.trace.memory.DrmemtraceRecords;
import org.jspecify.annotations.Nullable;

/// A directory with a drmemtrace file for each thread, read as one trace in the order of time.
///
/// Each file is cut at its markers of time. The pieces come in the order of their time, then of
/// their file's name, then of their place in it. All files are open at once, with a buffer each.
final class TraceDirectory implements AutoCloseable {

    /// Files that are open at once.
    private static final int MOST = 4096;

    /// Bytes that are read of each file at once.
    private static final int ROOM = 1 << 14;

    /// Bytes that a file is told by.
    private static final int HEAD = 1 << 12;

    /// Other files that are named in a remark.
    private static final int NAMED = 4;

    private final Path directory;
    private final TraceFormat format;
    private final List<Part> parts = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private int inDisorder;

    private TraceDirectory(Path directory, TraceFormat format) {
        this.directory = directory;
        this.format = format;
    }

    /// One thread's file.
    private static final class Part {
        final Path file;
        final int order;
        final Unpacking.Opened opened;
        final DrmemtraceRecords records;
        long time;

        Part(Path file, int order, Unpacking.Opened opened, TraceBytes bytes) {
            this.file = file;
            this.order = order;
            this.opened = opened;
            this.records = new DrmemtraceRecords(bytes);
        }
    }

    /// Hands all accesses of the threads in `directory`, or in its directory `trace`, to `sink`.
    ///
    /// @param asked the format that the user named
    /// @throws BadInput if there are none or too many, if a file that is named as a trace is none,
    ///     or one is cut or damaged; the place is that file
    /// @throws IOException if a file cannot be read
    static TraceFile.Found read(
            Path directory,
            @Nullable TraceFormat asked,
            AccessSink sink,
            Consumer<TraceFormat> first)
            throws IOException {
        TraceFormat format = asked == null ? new DrmemtraceFormat() : asked;
        try (TraceDirectory threads = new TraceDirectory(directory, format)) {
            if (!(format instanceof DrmemtraceFormat)) {
                throw threads.bad("is a directory, which no " + format.label() + " is");
            }
            threads.open(directory);
            Path inside = directory.resolve("trace");
            if (threads.parts.isEmpty() && Files.isDirectory(inside)) {
                threads.open(inside);
            }
            if (threads.parts.isEmpty()) {
                throw threads.bad("is a directory without drmemtrace files of threads");
            }
            first.accept(format);
            return threads.read(sink);
        }
    }

    private BadInput bad(String what) {
        return new BadInput(Input.place(directory), what, "name a file in it");
    }

    private void open(Path where) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(where)) {
            files =
                    all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                            .limit(MOST + 1)
                            .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                            .toList();
        }
        if (files.size() > MOST) {
            throw bad("is a directory of more than " + MOST + " files");
        }
        for (Path file : files) {
            add(file);
        }
    }

    private void add(Path file) throws IOException {
        String name = Container.without(String.valueOf(file.getFileName()));
        boolean isNamed =
                Arrays.asList(name.split("[.]")).contains("trace") || name.endsWith("memtrace");
        Unpacking.Opened opened;
        try {
            opened = Unpacking.open(file);
        } catch (BadInput e) {
            if (isNamed) {
                throw e;
            }
            others.add(name);
            return;
        }
        Part part = null;
        try {
            part = part(file, name, opened);
        } catch (IOException e) {
            throw opened.explained(e);
        } finally {
            if (part == null) {
                opened.close();
            }
        }
        if (part != null) {
            parts.add(part);
        } else if (isNamed) {
            throw new BadInput(
                    file.toString(),
                    "is named as a thread's trace, but is no drmemtrace",
                    "take it out of the directory, or copy it again");
        } else {
            others.add(name);
        }
    }

    /// The part that a file is; null if it is no trace.
    private @Nullable Part part(Path file, String name, Unpacking.Opened opened)
            throws IOException {
        TraceBytes bytes = new TraceBytes(opened.bytes(), ROOM);
        if (!bytes.nextBytes(HEAD)) {
            return null;
        }
        byte[] first = Arrays.copyOfRange(bytes.buffer(), bytes.from(), bytes.to());
        Head head = new Head(first, first.length < HEAD, name);
        if (format.recognise(head) < TraceFormat.LIKELY) {
            return null;
        }
        Part part = new Part(file, parts.size(), opened, bytes);
        part.records.seek();
        part.time = part.records.time();
        return part;
    }

    private TraceFile.Found read(AccessSink sink) throws IOException {
        Reading reading = new Reading(Reconstruction.SWEEP);
        PriorityQueue<Part> next =
                new PriorityQueue<>(
                        Comparator.<Part>comparingLong(part -> part.time)
                                .thenComparingInt(part -> part.order));
        next.addAll(parts);
        for (Part part; (part = next.poll()) != null; ) {
            if (!piece(part, sink, reading)) {
                continue;
            }
            long time = part.records.time();
            inDisorder += time < part.time ? 1 : 0;
            part.time = Math.max(part.time, time);
            next.add(part);
        }
        remarks(reading);
        return new TraceFile.Found(format, parts.getFirst().opened.containers(), reading);
    }

    private boolean piece(Part part, AccessSink sink, Reading reading) throws IOException {
        try {
            return part.records.piece(sink, reading);
        } catch (Malformed e) {
            throw TraceFile.malformed(part.file, format.label(), e, "copy the directory again");
        } catch (IOException e) {
            throw part.opened.explained(e);
        }
    }

    private void remarks(Reading reading) {
        reading.remark("%d threads' files, merged by time".formatted(parts.size()));
        if (!others.isEmpty()) {
            String more = others.size() > NAMED ? ", ..." : "";
            reading.remark(
                    others.size()
                            + " other files were passed over: "
                            + String.join(", ", others.stream().limit(NAMED).toList())
                            + more);
        }
        if (inDisorder > 0) {
            reading.remark(
                    "time goes back within a file %d times; its order was kept"
                            .formatted(inDisorder));
        }
    }

    @Override
    public void close() throws IOException {
        for (Part part : parts) {
            part.opened.close();
        }
    }
}
