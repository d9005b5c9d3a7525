package org.gleaner.lab.report;

import java.nio.charset.Charset;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.run.TraceInfo;
import org.gleaner.lab.size.Size;

/// What traces hold, for people.
public final class TraceInfoText {

    private TraceInfoText() {}

    /// One paragraph for each.
    ///
    /// @param charset that it is printed in
    public static String of(List<TraceInfo> traces, Charset charset) {
        StringBuilder text = new StringBuilder();
        for (TraceInfo trace : traces) {
            text.append(text.isEmpty() ? "" : "\n").append(of(trace, charset));
        }
        return text.toString();
    }

    private static String of(TraceInfo trace, Charset charset) {
        StringBuilder text = new StringBuilder();
        String packed =
                trace.containers().isEmpty()
                        ? ""
                        : ", packed with " + String.join(" and ", trace.containers());
        String caveat = trace.caveat().isEmpty() ? "" : "; " + trace.caveat();
        text.append(
                Figures.wrapped(
                        "trace %s: %s (%s)%s\nlevel: %s%s"
                                .formatted(
                                        trace.trace(),
                                        trace.format(),
                                        trace.origin(),
                                        packed,
                                        trace.level(),
                                        caveat)));
        text.append('\n');
        text.append(line("records", trace.records()));
        if (trace.skipped() > 0) {
            text.append(line("passed over", trace.skipped()));
        }
        text.append(line("accesses", trace.accesses()));
        text.append(line("reads", trace.reads()));
        text.append(line("writes", trace.writes()));
        text.append(
                "%-16s %,16d (%s)%n"
                        .formatted(
                                "distinct pages",
                                trace.distinctPages(),
                                Size.approximately(trace.distinctPages() * Size.PAGE)));
        text.append("first pages      ").append(words(trace.firstPages())).append('\n');
        text.append("last pages       ").append(words(trace.lastPages())).append('\n');
        trace.properties()
                .forEach((key, value) ->
                        text.append("%-16s %s%n".formatted(key, BadInput.oneLine(value))));
        if (trace.accesses() > 0) {
            text.append(TraceProfileText.of(trace, charset));
        }
        trace.remarks()
                .forEach(remark -> text.append(Figures.wrapped("note: " + remark)).append('\n'));
        return text.toString();
    }

    private static String line(String name, long n) {
        return String.format(Locale.ROOT, "%-16s %,16d%n", name, n);
    }

    private static String words(List<Object> pages) {
        return String.join(", ", pages.stream().map(Object::toString).toList());
    }
}
