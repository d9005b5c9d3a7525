package org.gleaner.lab.trace;

import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.trace.block.ArcFormat;
import org.gleaner.lab.trace.block.BigEndianFormat;
import org.gleaner.lab.trace.block.LcsFormat;
import org.gleaner.lab.trace.block.LibcachesimCsvFormat;
import org.gleaner.lab.trace.block.LibcachesimTxtFormat;
import org.gleaner.lab.trace.block.LirsFormat;
import org.gleaner.lab.trace.block.MsrFormat;
import org.gleaner.lab.trace.block.OracleGeneralFormat;
import org.gleaner.lab.trace.block.SpcFormat;
import org.gleaner.lab.trace.block.TwitterFormat;
import org.gleaner.lab.trace.block.VscsiFormat;
import org.gleaner.lab.trace.format.Head;
import org.gleaner.lab.trace.format.TraceFormat;
import org.gleaner.lab.trace.gpt.PageTraceFormat;
import org.gleaner.lab.trace.memory.AddressFormat;
import org.gleaner.lab.trace.memory.ChampsimFormat;
import org.gleaner.lab.trace.memory.ColumnsFormat;
import org.gleaner.lab.trace.memory.DramRwFormat;
import org.gleaner.lab.trace.memory.DrmemtraceFormat;
import org.gleaner.lab.trace.memory.DrmemtraceViewFormat;
import org.gleaner.lab.trace.memory.Gem5Format;
import org.gleaner.lab.trace.memory.LackeyFormat;
import org.gleaner.lab.trace.memory.MemtraceSimpleFormat;
import org.gleaner.lab.trace.memory.OslabFormat;
import org.gleaner.lab.trace.memory.PinRwFormat;
import org.gleaner.lab.trace.memory.PinatraceFormat;
import org.gleaner.lab.trace.memory.QemuExeclogFormat;
import org.gleaner.lab.trace.memory.RamulatorCpuFormat;
import org.gleaner.lab.trace.memory.U32Format;
import org.gleaner.lab.trace.region.DamonJsonFormat;
import org.gleaner.lab.trace.region.DamonPerfScriptFormat;
import org.gleaner.lab.trace.region.DamonReportFormat;
import org.gleaner.lab.trace.region.HotpagesFormat;
import org.gleaner.lab.trace.region.MemtierdFormat;
import org.gleaner.lab.trace.region.PagemapBinFormat;
import org.gleaner.lab.trace.region.PagemapTextFormat;
import org.gleaner.lab.trace.region.PerfScriptFormat;
import org.jspecify.annotations.Nullable;

/// All formats that are read, and which of them a file has.
public final class TraceFormats {

    private static final List<TraceFormat> ALL =
            List.of(
                    new PageTraceFormat(),
                    new LackeyFormat(),
                    new DrmemtraceFormat(),
                    new DrmemtraceViewFormat(),
                    new MemtraceSimpleFormat(),
                    new PinatraceFormat(),
                    new PinRwFormat(),
                    new AddressFormat(),
                    ChampsimFormat.INPUT,
                    ChampsimFormat.CLOUDSUITE,
                    new Gem5Format(),
                    new DramRwFormat(),
                    new RamulatorCpuFormat(),
                    new QemuExeclogFormat(),
                    new OslabFormat(),
                    ColumnsFormat.BY_HEADER,
                    new U32Format(),
                    OracleGeneralFormat.PLAIN,
                    OracleGeneralFormat.WITH_OPERATIONS,
                    new LcsFormat(),
                    new LibcachesimCsvFormat(),
                    new LibcachesimTxtFormat(),
                    new VscsiFormat(),
                    new MsrFormat(),
                    new SpcFormat(),
                    new ArcFormat(),
                    new LirsFormat(),
                    new TwitterFormat(),
                    BigEndianFormat.INT32,
                    BigEndianFormat.INT64,
                    new DamonJsonFormat(),
                    new DamonPerfScriptFormat(),
                    new DamonReportFormat(),
                    PerfScriptFormat.ADDRESS,
                    PerfScriptFormat.MEMORY,
                    new MemtierdFormat(),
                    new PagemapBinFormat(),
                    new PagemapTextFormat(),
                    new HotpagesFormat());

    private TraceFormats() {}

    /// All of them, in the order in which they are listed.
    public static List<TraceFormat> all() {
        return ALL;
    }

    /// The format of that label.
    ///
    /// @throws BadInput if there is none, with the nearest label as the mend
    public static TraceFormat of(String label) {
        for (TraceFormat each : ALL) {
            if (each.label().equals(label)) {
                return each;
            }
        }
        List<String> labels = ALL.stream().map(TraceFormat::label).toList();
        throw new BadInput(
                "",
                "'" + label + "' is no trace format",
                Nearest.to(label, labels)
                        .map(near -> "did you mean '" + near + "'?")
                        .orElse("'gleaner trace formats' lists them"));
    }

    /// The format that a file begins like; null if none.
    ///
    /// A beginning of one byte over and over is told by the name alone.
    /// What the name says is believed before all that only might be; what the bytes say for certain
    /// before the name.
    static @Nullable TraceFormat recognise(Head head) {
        TraceFormat best = null;
        int bestScore = TraceFormat.NO;
        boolean otherName = false;
        boolean blank = head.isBlank();
        for (TraceFormat each : ALL) {
            boolean itsName = head.named(each.about().names());
            if (blank && !itsName) {
                continue;
            }
            int score = each.recognise(head);
            otherName |= itsName && score == TraceFormat.NO;
            int weighed = score > TraceFormat.NO && itsName ? score + NAMED : score;
            if (weighed > bestScore) {
                best = each;
                bestScore = weighed;
            }
        }
        return otherName && bestScore < TraceFormat.LIKELY ? null : best;
    }

    /// The format that a file clearly has, if that is another than the user named, which it cannot
    /// have; null if there is none.
    ///
    /// @param least how sure it has to be
    static @Nullable TraceFormat otherThan(TraceFormat asked, Head head, int least) {
        if (!ALL.contains(asked) || asked.recognise(head) > TraceFormat.NO) {
            return null;
        }
        for (TraceFormat each : ALL) {
            if (each.recognise(head) >= least) {
                return each;
            }
        }
        return null;
    }

    /// What a name is worth: more than that the bytes are [TraceFormat#LIKELY] of another format.
    private static final int NAMED = TraceFormat.LIKELY - TraceFormat.POSSIBLE + 1;
}
