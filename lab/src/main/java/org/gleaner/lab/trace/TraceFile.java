package org.gleaner.lab.trace;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.trace.container.Container;
import org.gleaner.lab.trace.container.Unpacking;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Foreign;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Reconstruction;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;
import org.gleaner.lab.trace.gpt.PageTraceKeys;
import org.jspecify.annotations.Nullable;

/// A file with a trace in any format that is known, and how to read it: unpacked, recognised by
/// what it holds, and handed on access by access. Nothing of it is kept.
///
/// @param path of the file; [Input#STANDARD] for standard input
/// @param asked the format that the user named; null to go by what is in the file
/// @param reconstruction how records that are no accesses become some
public record TraceFile(
        Path path, Input input, @Nullable TraceFormat asked, Reconstruction reconstruction) {

    static final String AGAIN = "record or copy it again";

    public TraceFile(Path path, Input input, @Nullable TraceFormat asked) {
        this(path, input, asked, Reconstruction.SWEEP);
    }

    /// What was found in a file besides its accesses.
    ///
    /// @param containers what it was packed in, the outermost first
    public record Found(TraceFormat format, List<Container> containers, Reading reading) {

        /// What the records are: what the file says of itself, or else its format.
        public Level level() {
            String key = reading.properties().get(PageTraceKeys.LEVEL);
            Level said = key == null ? null : Level.ofKey(key);
            return said != null ? said : format.level();
        }

        /// One line on what a replay of it is not; empty for what is accesses of memory.
        public String caveat() {
            return PageTraceKeys.caveat(reading.properties(), level());
        }
    }

    /// Hands all accesses to `sink`.
    ///
    /// @throws BadInput if the file is missing, cannot be read, is of no known format, empty, cut,
    ///     or damaged; the place is the file, with the line or byte where there is one
    public Found read(AccessSink sink) {
        return read(sink, _ -> {});
    }

    /// As above; `first` learns the format before the first access.
    public Found read(AccessSink sink, Consumer<TraceFormat> first) {
        check();
        try {
            if (Files.isDirectory(path)) {
                return TraceDirectory.read(path, asked, sink, first);
            }
            return Unpacking.read(
                    input, path, (bytes, containers) -> read(bytes, containers, sink, first));
        } catch (NoSuchFileException e) {
            throw missing(e);
        } catch (AccessDeniedException e) {
            throw bad("may not be read", "give yourself the right to read it", e);
        } catch (IOException e) {
            throw bad("cannot be read: " + Input.reason(e), "check the file", e);
        }
    }

    private void check() {
        if (!Input.isStream(path) && !Files.exists(path)) {
            throw missing(new NoSuchFileException(path.toString()));
        }
    }

    private Found read(
            InputStream unpacked,
            List<Container> containers,
            AccessSink sink,
            Consumer<TraceFormat> first)
            throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(unpacked, Head.MOST);
        Head head = head(bytes);
        TraceFormat format = asked != null ? asked : recognised(head, containers);
        Reading reading = new Reading(reconstruction);
        if (asked != null) {
            doubt(asked, head, reading);
        }
        first.accept(format);
        try {
            format.read(new TraceBytes(bytes), sink, reading);
        } catch (Malformed e) {
            throw malformed(
                    path,
                    format.label(),
                    e,
                    asked != null ? "check the file, and --format" : mend(format));
        } catch (BadInput e) {
            throw e.where().isEmpty() ? e.at(Input.place(path)) : e;
        }
        tellOfNone(format, reading);
        tellOfReconstruction(format, reading);
        return new Found(format, containers, reading);
    }

    /// Refuses a file that surely has another format than the one that the user named, and says so
    /// if it only seems to.
    private void doubt(TraceFormat named, Head head, Reading reading) {
        int sure = head.isText() ? TraceFormat.LIKELY : TraceFormat.CERTAIN - 1;
        TraceFormat other = TraceFormats.otherThan(named, head, sure);
        if (other != null) {
            throw bad(
                    "is %s, not %s".formatted(other.label(), named.label()),
                    "leave --format out, or check the file",
                    null);
        }
        other = TraceFormats.otherThan(named, head, TraceFormat.LIKELY);
        if (other != null) {
            reading.remark(
                    "looks like %s; read as %s all the same"
                            .formatted(other.label(), named.label()));
        }
    }

    /// Refuses a file in which there is nothing but lines that were passed over, and says how many
    /// there were otherwise.
    private void tellOfNone(TraceFormat format, Reading reading) {
        if (reading.skipped() == 0) {
            if (reading.records() == 0) {
                reading.remark("holds no records");
            }
            return;
        }
        if (reading.records() == 0) {
            throw bad(
                    "holds no records of " + format.label() + ", only other lines",
                    asked == null ? AGAIN : "check the file, and --format",
                    null);
        }
        reading.remark(
                reading.skipped() == 1
                        ? "a line that is no record was passed over: " + reading.firstSkipped()
                        : "%,d lines that are no records were passed over, the first: %s"
                                .formatted(reading.skipped(), reading.firstSkipped()));
    }

    /// Says in the properties how accesses were made, and that they were not where there is nothing
    /// to make them of.
    private void tellOfReconstruction(TraceFormat format, Reading reading) {
        if (Reconstruction.appliesTo(format.level())) {
            reading.properties(Map.of(PageTraceKeys.RECONSTRUCTION, reconstruction.key()));
        } else if (!reconstruction.equals(Reconstruction.SWEEP)) {
            reading.remark(
                    "--reconstruct changes nothing: "
                            + (reading.properties().containsKey(PageTraceKeys.RECONSTRUCTION)
                                    ? "its accesses were made when it was converted"
                                    : "its records are accesses"));
        }
    }

    /// The line for people on a record that is none.
    static BadInput malformed(Path path, String format, Malformed e, String mend) {
        String place = e.place().isEmpty() ? "" : ", " + e.place();
        return new BadInput(
                Input.place(path) + place,
                "is no " + format + " from here on: " + e.what(),
                mend,
                e);
    }

    private static String mend(TraceFormat format) {
        return AGAIN + ", or say with --format that it is not " + format.label();
    }

    private Head head(PushbackInputStream bytes) throws IOException {
        byte[] first = bytes.readNBytes(Head.MOST);
        bytes.unread(first);
        return new Head(first, first.length < Head.MOST, fileName());
    }

    private TraceFormat recognised(Head head, List<Container> containers) {
        if (head.bytes().length == 0) {
            String inside = containers.isEmpty() ? "" : ": what is packed in it has no bytes";
            throw bad("is empty" + inside, AGAIN, null);
        }
        Foreign foreign = Foreign.of(head.bytes());
        if (foreign != null) {
            throw bad("looks like " + foreign.what(), foreign.mend(), null);
        }
        TraceFormat format = TraceFormats.recognise(head);
        if (format == null) {
            throw bad(
                    "is of no trace format that is known" + beginning(head),
                    "name its format with --format ('gleaner trace formats' lists them),"
                            + " or convert it",
                    null);
        }
        return format;
    }

    private static String beginning(Head head) {
        if (head.isBlank()) {
            return ": its first %,d bytes all are 0x%02x"
                    .formatted(head.bytes().length, head.bytes()[0]);
        }
        if (!head.isText()) {
            return "";
        }
        String line = head.firstLine();
        if (line.isEmpty()) {
            return ": its first line is empty or very long";
        }
        String shown = line.length() <= 60 ? line : line.substring(0, 60) + "...";
        return ": its first line is '" + shown + "'";
    }

    /// Its name without directory and without the endings of packings.
    private String fileName() {
        String name = path.equals(Input.STANDARD) ? "" : String.valueOf(path.getFileName());
        return Container.without(Container.without(name));
    }

    /// What the trace is called: the file's name up to its first ending.
    public String name() {
        if (path.equals(Input.STANDARD)) {
            return "stdin";
        }
        String name = fileName();
        int dot = name.indexOf('.', 1);
        return dot < 0 ? name : name.substring(0, dot);
    }

    private BadInput missing(IOException e) {
        return bad("no such file", "check the path, or name a bundled trace such as sqlite", e);
    }

    private BadInput bad(String what, String mend, @Nullable IOException e) {
        return new BadInput(Input.place(path), what, mend, e);
    }
}
