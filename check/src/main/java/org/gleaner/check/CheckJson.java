package org.gleaner.check;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.gleaner.check.CheckResult.Row;

/// A result as one JSON document.
final class CheckJson {
    private CheckJson() {}

    static String of(CheckResult result, Map<String, String> origin) {
        StringBuilder out = new StringBuilder("{\"complete\": ").append(result.complete());
        out.append(", \"asked\": ").append(result.rows().size());
        out.append(", \"finished\": ").append(result.finished());
        out.append(", \"missing\": ").append(array(result.missing()));
        origin.forEach((name, value) ->
                out.append(", ").append(quote(name)).append(": ").append(quote(value)));
        out.append(", \"asExpected\": ").append(result.isAsExpected());
        out.append(", \"seed\": ").append(result.seed());
        out.append(String.format(Locale.ROOT, ", \"wallSeconds\": %.2f", result.wallSeconds()));
        out.append(", \"searches\": [");
        String comma = "\n";
        for (Row row : result.rows()) {
            out.append(comma);
            row(out, row);
            comma = ",\n";
        }
        return out.append("\n]}\n").toString();
    }

    static String array(List<String> texts) {
        return texts.stream().map(CheckJson::quote).collect(Collectors.joining(", ", "[", "]"));
    }

    private static void row(StringBuilder out, Row row) {
        out.append("{\"program\": ").append(quote(row.program()));
        out.append(", \"variant\": ").append(quote(row.bug()));
        out.append(", \"source\": ").append(quote(row.source()));
        out.append(", \"verdict\": ").append(quote(row.verdict()));
        out.append(", \"asExpected\": ").append(row.isAsExpected());
        out.append(", \"bound\": ").append(row.bound() < 0 ? "null" : row.bound());
        out.append(", \"exhausted\": ").append(row.extent() == Extent.ALL);
        out.append(", \"schedules\": ").append(row.runs());
        out.append(", \"pruned\": ").append(row.pruned());
        out.append(", \"steps\": ").append(row.steps());
        out.append(String.format(Locale.ROOT, ", \"cpuSeconds\": %.3f", row.cpuSeconds()));
        Finding finding = row.finding();
        if (finding != null) {
            out.append(", \"detector\": ").append(quote(finding.detector().text));
            out.append(", \"finding\": ").append(quote(finding.message()));
            out.append(", \"contextSwitches\": ").append(row.switches());
            out.append(", \"schedule\": ").append(quote(row.schedule()));
            out.append(", \"interleaving\": ").append(quote(row.interleaving()));
        }
        out.append('}');
    }

    static String quote(String s) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : s.toCharArray()) {
            switch (c) {
                case '"', '\\' -> out.append('\\').append(c);
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c < ' ') {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        return out.append('"').toString();
    }
}
