package org.gleaner.lab.trace.region;

import java.io.IOException;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.Level;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Reading;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.format.TraceBytes;
import org.gleaner.lab.trace.format.TraceFormat;
import org.jspecify.annotations.Nullable;

/// What `perf script` prints of events with addresses: each line a sample, which touches the page
/// of its address. With a data source `|OP STORE` it is a write, else a read.
///
/// The fields are those of `-F`, in its order. Without them they are found by the time, before
/// which the process and behind which the event and its address stand.
public final class PerfScriptFormat implements TraceFormat {

    /// Samples with an address, of faults for example.
    public static final PerfScriptFormat ADDRESS =
            new PerfScriptFormat(
                    new About(
                            "perf-script-addr",
                            "perf script -F comm,pid,tid,cpu,time,event,addr",
                            Level.SAMPLED),
                    false,
                    null);

    /// Samples with an address and a data source.
    public static final PerfScriptFormat MEMORY =
            new PerfScriptFormat(
                    new About(
                            "perf-script-mem",
                            "perf script of perf mem record, with addr and data_src",
                            Level.SAMPLED),
                    true,
                    null);

    private final About about;
    private final boolean hasSource;
    private final @Nullable List<PerfField> fields;

    private PerfScriptFormat(About about, boolean hasSource, @Nullable List<PerfField> fields) {
        this.about = about;
        this.hasSource = hasSource;
        this.fields = fields;
    }

    /// The format of a file with these fields.
    ///
    /// @param names as behind perf's `-F`, separated by commas
    /// @throws BadInput if one is unknown, or none is `addr`
    public static PerfScriptFormat of(String names) {
        List<PerfField> fields = PerfField.of(names);
        if (!fields.contains(PerfField.ADDR)) {
            throw new BadInput("--fields", "have no addr", "name the fields of perf script -F");
        }
        boolean hasSource = fields.contains(PerfField.DATA_SRC);
        return new PerfScriptFormat(
                (hasSource ? MEMORY : ADDRESS).about, hasSource, List.copyOf(fields));
    }

    @Override
    public About about() {
        return about;
    }

    @Override
    public int recognise(Head head) {
        int fit = head.read(this);
        return fit > NO && !hasSource && head.firstLine().contains("|OP ") ? fit / 2 : fit;
    }

    @Override
    public void read(TraceBytes bytes, AccessSink sink, Reading reading) throws IOException {
        Line line = new Line(bytes);
        PerfLine sample = new PerfLine(line, sink);
        Samples samples = new Samples(sink, reading);
        while (line.nextFilled()) {
            if (line.peek() == '#') {
                continue;
            }
            if (fields == null) {
                sample.find(hasSource);
            } else {
                sample.take(fields);
            }
            reading.record();
            samples.add(sample.address() >>> Touch.PAGE_SHIFT, sample.isStore());
        }
    }
}
