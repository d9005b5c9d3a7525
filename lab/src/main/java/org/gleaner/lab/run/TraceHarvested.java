package org.gleaner.lab.run;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.output.NewFile;
import org.gleaner.lab.record.PidHarvest;
import org.gleaner.lab.record.Target;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.gpt.PageTraceKeys;
import org.gleaner.lab.trace.gpt.PageTraceWriter;

/// What recording a live process by its accessed bits came to.
///
/// @param file that was written
/// @param every length of an interval, as the user wrote it
public record TraceHarvested(
        Path file, int distinctPages, String every, PidHarvest.Harvested harvested) {

    /// Records, into the new file `to`. It is there when this returns, and else nothing is.
    ///
    /// @param every as the user wrote it
    /// @param started when, for people
    /// @throws BadInput as [NewFile#write] and [PidHarvest#run] do, or if nothing was accessed
    public static TraceHarvested of(
            Target target, PidHarvest harvest, String every, String started, Path to) {
        TraceHarvested[] made = new TraceHarvested[1];
        NewFile.write(to, out -> made[0] = record(target, harvest, every, started, to, out));
        return made[0];
    }

    private static TraceHarvested record(
            Target target,
            PidHarvest harvest,
            String every,
            String started,
            Path to,
            OutputStream out)
            throws IOException {
        String source = "pid %d (%s)".formatted(target.pid(), target.name());
        PageTraceWriter writer = new PageTraceWriter(out);
        PidHarvest.Harvested harvested = harvest.run(writer);
        if (writer.accesses() == 0) {
            throw new BadInput(
                    "--pid " + target.pid(),
                    "accessed none of its memory in %d intervals".formatted(harvested.intervals()),
                    "record it while it works, or for longer with --for");
        }
        TraceHarvested made = new TraceHarvested(to, writer.distinctPages(), every, harvested);
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(PageTraceKeys.SOURCE, source);
        properties.put(PageTraceKeys.LEVEL, Level.REGION.key());
        properties.put(PageTraceKeys.PAGE_SIZE, "4096");
        properties.put("recorder", "accessed bits: " + harvested.method());
        properties.put("recorded", started);
        properties.put(PageTraceKeys.FILTER, "one look every " + every);
        properties.put(PageTraceKeys.RESOLUTION, made.resolution());
        properties.put("writes", harvested.writes());
        properties.put("not-used", String.join(", ", harvested.unused()));
        properties.put(PageTraceKeys.OBSERVER_COST, made.cost());
        writer.finish(properties, null);
        return made;
    }

    /// What can be told apart, for people.
    public String resolution() {
        return String.format(
                Locale.ROOT,
                "%s; %,d VMAs at most; the largest that was told apart has %,d pages; %.0f %% of the"
                        + " accesses recorded are known to have been made",
                harvested.resolution(),
                harvested.areas(),
                harvested.largest(),
                100.0 * harvested.known() / Math.max(1, harvested.accesses()));
    }

    /// What it cost the process, for people.
    public String cost() {
        return String.format(
                Locale.ROOT,
                "an interval: %.1f ms to read and %.1f ms to clear its bits, in which its memory is"
                        + " locked now and then; then a walk of the page table for each page that"
                        + " it accesses again",
                harvested.readMillis(),
                harvested.clearMillis());
    }
}
