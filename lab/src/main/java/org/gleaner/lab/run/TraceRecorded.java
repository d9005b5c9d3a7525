package org.gleaner.lab.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.output.NewFile;
import org.gleaner.lab.record.Filter;
import org.gleaner.lab.record.Launch;
import org.gleaner.lab.record.QemuRecording;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.gpt.PageTraceKeys;
import org.gleaner.lab.trace.gpt.PageTraceWriter;

/// What recording a program, or a machine, under QEMU came to.
///
/// @param file that was written
/// @param recorded what the recording itself says
public record TraceRecorded(
        Path file, int distinctPages, Filter filter, QemuRecording.Recorded recorded) {

    /// Records, into the new file `to`. It is there when this returns, and else nothing is.
    ///
    /// @param started when, for people
    /// @throws BadInput if nothing was recorded, or as [NewFile#write] and [QemuRecording#run] do
    /// @throws Cancelled if the user stopped it before anything was recorded
    public static TraceRecorded of(
            Launch launch, QemuRecording recording, String started, Path to) {
        TraceRecorded[] made = new TraceRecorded[1];
        NewFile.write(to, out -> made[0] = record(launch, recording, started, to, out));
        return made[0];
    }

    private static TraceRecorded record(
            Launch launch, QemuRecording recording, String started, Path to, OutputStream out)
            throws IOException {
        PageTraceWriter writer = new PageTraceWriter(out);
        QemuRecording.Recorded recorded = recording.run(writer);
        if (writer.accesses() == 0 && recorded.end() == QemuRecording.End.INTERRUPTED) {
            throw new Cancelled();
        }
        if (writer.accesses() == 0) {
            throw new BadInput(
                    launch.source(),
                    "nothing was recorded: it ended with %d before it did anything"
                            .formatted(recorded.exitCode()),
                    "see that it runs under " + launch.emulator() + " by itself");
        }
        writer.finish(properties(launch, recorded, started), null);
        return new TraceRecorded(to, writer.distinctPages(), launch.filter(), recorded);
    }

    private static Map<String, String> properties(
            Launch launch, QemuRecording.Recorded recorded, String started) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(PageTraceKeys.SOURCE, launch.source());
        properties.put(PageTraceKeys.LEVEL, Level.MEMORY.key());
        properties.put(PageTraceKeys.PAGE_SIZE, "4096");
        properties.put("recorder", launch.emulator() + " with Gleaner's plugin");
        properties.put("recorded", started);
        properties.put(PageTraceKeys.FILTER, launch.filter().text());
        properties.put(PageTraceKeys.LEAST_PAGES, Long.toString(launch.filter().leastPages()));
        properties.put(
                PageTraceKeys.RESOLUTION,
                "one page, every access but what the filter leaves out; time by blocks of up to "
                        + QemuRecording.BLOCK_RECORDS
                        + " records");
        properties.put("seen", seen(recorded));
        properties.put("not-seen", launch.unseen(recorded.totals().execs()));
        properties.put(
                PageTraceKeys.OBSERVER_COST,
                String.format(
                        Locale.ROOT,
                        "emulated: %.1f s, %.1f M accesses/s; times are the emulation's",
                        recorded.seconds(),
                        recorded.totals().accesses() / recorded.seconds() / 1e6));
        if (recorded.end() != QemuRecording.End.COMMAND) {
            properties.put("cut", "stopped before the command had ended");
        }
        return properties;
    }

    private static String seen(QemuRecording.Recorded recorded) {
        return "%,d accesses, %,d processes: %,d by loads and stores, %,d by code, %,d pages by system calls"
                .formatted(
                        recorded.totals().accesses(),
                        recorded.processes(),
                        recorded.totals().data(),
                        recorded.totals().code(),
                        recorded.totals().calls());
    }
}
