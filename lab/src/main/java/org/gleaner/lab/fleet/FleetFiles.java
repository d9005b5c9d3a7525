package org.gleaner.lab.fleet;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.container.Unpacking;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.TraceBytes;
import org.jspecify.annotations.Nullable;

/// Files of one table, read row by row; compressed ones are unpacked on the way.
///
/// Tables whose rows are whole lives are read twice, first for when their time begins and ends, and
/// nothing of them is kept; the lives of the others are put together first.
public final class FleetFiles {

    private static final String KNOWN =
            "give task_usage (2011) or instance_usage (2019) of Google's cluster data, or vmtable"
                    + " (2017, 2019) or the packing trace (2020) of Azure's, in the published order"
                    + " of columns";

    private final List<Path> files;
    private final Input input;
    private @Nullable FleetTable table;
    private long rows;
    private double first = Double.POSITIVE_INFINITY;
    private double last = Double.NEGATIVE_INFINITY;

    private FleetFiles(List<Path> files, Input input) {
        this.files = files;
        this.input = input;
    }

    /// What the files come to.
    ///
    /// @param files one or more, all of one table
    /// @throws BadInput if one cannot be read, is of no such table or of another, or has a row that
    ///     is none; the place is the file, with its line
    public static FleetFigures figures(List<Path> files, Input input) {
        return new FleetFiles(files, input).figures();
    }

    /// What VMs are to be like so that they are like those of the files.
    ///
    /// @param machine memory of the largest machine; null if the user did not say
    /// @throws BadInput as [#figures] does, and if the files do not tell enough
    public static FleetDescription description(
            List<Path> files, @Nullable Size machine, Input input) {
        String more = files.size() == 1 ? "" : " and " + (files.size() - 1) + " more";
        FleetFigures figures = figures(files, input);
        try {
            return FleetDescription.of(files.getFirst().getFileName() + more, figures, machine);
        } catch (BadInput e) {
            throw e.at(Input.place(files.getFirst()));
        }
    }

    private FleetFigures figures() {
        TaskLives lives = new TaskLives();
        each(stretch -> {
            rows++;
            first = Math.min(first, stretch.from);
            last = Math.max(last, Double.isNaN(stretch.to) ? stretch.from : stretch.to);
            if (known().about().windows()) {
                lives.add(stretch);
            }
        });
        if (rows == 0) {
            throw new BadInput(
                    Input.place(files.getFirst()), "has no rows", "give a file that has some");
        }
        FleetFigures.Sum sum = new FleetFigures.Sum(first, last);
        if (known().about().windows()) {
            Stretch life = new Stretch();
            for (int task = 0; task < lives.size(); task++) {
                lives.get(task, life);
                sum.add(life);
            }
        } else {
            each(sum::add);
        }
        return sum.of(known().about(), rows);
    }

    private FleetTable known() {
        if (table == null) {
            throw new IllegalStateException("no file was read");
        }
        return table;
    }

    private void each(Consumer<Stretch> sink) {
        for (Path file : files) {
            read(file, sink);
        }
    }

    private void read(Path file, Consumer<Stretch> sink) {
        String place = Input.place(file);
        if (Input.isStream(file) || Files.isDirectory(file)) {
            throw new BadInput(place, "is no regular file", "write the table to a file");
        }
        try {
            Unpacking.read(
                    input,
                    file,
                    (bytes, _) -> {
                        rows(file, bytes, sink);
                        return true;
                    });
        } catch (NoSuchFileException e) {
            throw new BadInput(place, "no such file", "check the path", e);
        } catch (AccessDeniedException e) {
            throw new BadInput(place, "may not be read", "give yourself the right to", e);
        } catch (IOException e) {
            throw new BadInput(place, "cannot be read: " + Input.reason(e), "check the file", e);
        }
    }

    private void rows(Path file, InputStream unpacked, Consumer<Stretch> sink) throws IOException {
        PushbackInputStream bytes = new PushbackInputStream(unpacked, Head.MOST);
        byte[] begin = bytes.readNBytes(Head.MOST);
        bytes.unread(begin);
        String place = Input.place(file);
        Head head = new Head(begin, begin.length < Head.MOST, "");
        FleetTable found = FleetTable.of(head);
        if (found == null) {
            throw new BadInput(place, begin.length == 0 ? "is empty" : begins(head), KNOWN);
        }
        if (table != null && table != found) {
            throw new BadInput(
                    place,
                    "is %s, and the files before it are %s"
                            .formatted(found.about().label(), table.about().label()),
                    "give files of one table");
        }
        table = found;
        try {
            found.read(new TraceBytes(bytes), sink);
        } catch (Malformed e) {
            throw new BadInput(
                    e.place().isEmpty() ? place : place + ", " + e.place(),
                    "is no %s from here on: %s".formatted(found.about().label(), e.what()),
                    "get the file again, or cut it before this line",
                    e);
        } catch (BadInput e) {
            throw e.where().isEmpty() ? e.at(place) : e;
        }
    }

    private static String begins(Head head) {
        String line = head.firstLine();
        String shown = line.length() <= 60 ? line : line.substring(0, 60) + "...";
        return "is no table of a fleet that is known"
                + (line.isEmpty() ? "" : ": its first line is '" + shown + "'");
    }
}
