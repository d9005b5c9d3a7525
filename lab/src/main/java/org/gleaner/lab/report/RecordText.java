package org.gleaner.lab.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.gleaner.lab.record.QemuRecording;
import org.gleaner.lab.run.TraceHarvested;
import org.gleaner.lab.run.TraceRecorded;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.trace.format.Level;

/// What a recording came to, for people.
public final class RecordText {

    private RecordText() {}

    /// Of a program or a machine.
    public static String of(TraceRecorded made) {
        QemuRecording.Recorded recorded = made.recorded();
        StringBuilder text = new StringBuilder();
        text.append(
                "%s: %,d records of %,d pages in %s%n"
                        .formatted(
                                made.file(),
                                recorded.records(),
                                made.distinctPages(),
                                size(made.file())));
        text.append(
                String.format(
                        Locale.ROOT,
                        "  %,d accesses%s in %.1f s, %.1f M/s%n",
                        recorded.totals().accesses(),
                        recorded.processes() == 1
                                ? ""
                                : " of %,d processes".formatted(recorded.processes()),
                        recorded.seconds(),
                        recorded.totals().accesses() / recorded.seconds() / 1e6));
        text.append("  filter: %s%n".formatted(made.filter().text()));
        if (recorded.totals().execs() > 0) {
            text.append(
                    "  not seen: %,d programs that it started and QEMU could not%n"
                            .formatted(recorded.totals().execs()));
        }
        return text.append(next(made.file())).toString();
    }

    /// Of a live process.
    public static String of(TraceHarvested made) {
        return "%s: %,d accesses of %,d pages in %d intervals of %s, %s%s%n"
                        .formatted(
                                made.file(),
                                made.harvested().accesses(),
                                made.distinctPages(),
                                made.harvested().intervals(),
                                made.every(),
                                size(made.file()),
                                made.harvested().ended() ? "; the process has ended" : "")
                + "  level region: %s%n".formatted(Level.REGION.caveat())
                + "  accesses by %s: %s%n".formatted(made.harvested().method(), made.resolution())
                + "  writes: %s%n".formatted(made.harvested().writes())
                + "  not used: %s%n".formatted(String.join(", ", made.harvested().unused()))
                + "  cost to it: %s%n".formatted(made.cost())
                + next(made.file());
    }

    private static String next(Path file) {
        return "  next: gleaner trace info %s; gleaner replay %s --curve%n".formatted(file, file);
    }

    private static String size(Path file) {
        try {
            return Size.approximately(Files.size(file));
        } catch (IOException e) {
            return "a file that is gone";
        }
    }
}
