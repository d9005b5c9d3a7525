package org.gleaner.lab.report;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Curves for people: a line of bars for each, then their points in a table for each.
final class CurveText {

    private final List<CurveSeries> curves;
    private final StringBuilder text = new StringBuilder();

    private CurveText(List<CurveSeries> curves) {
        this.curves = curves;
    }

    /// @param seconds what the machine's time is called
    /// @param distinctPages of each curve's trace
    static String of(
            List<CurveSeries> curves, String seconds, List<Long> distinctPages, Charset charset) {
        CurveText all = new CurveText(curves);
        all.bars(charset);
        for (int i = 0; i < curves.size(); i++) {
            all.points(curves.get(i), seconds, distinctPages.get(i));
        }
        return all.text.toString();
    }

    private void bars(Charset charset) {
        long most =
                curves.stream()
                        .flatMap(each -> each.points().stream())
                        .mapToLong(CurveSeries.Point::pgmajfault)
                        .max()
                        .orElse(0);
        List<CurveSeries.Point> longest = curves.getFirst().points();
        text.append(
                "pgmajfault from %s to %s of memory; a full bar is %s\n"
                        .formatted(
                                longest.getFirst().memory(),
                                longest.getLast().memory(),
                                Figures.count(most)));
        int width = curves.stream().mapToInt(each -> each.name().length()).max().orElse(0);
        for (CurveSeries curve : curves) {
            long[] faults =
                    curve.points().stream().mapToLong(CurveSeries.Point::pgmajfault).toArray();
            text.append(curve.name())
                    .append(" ".repeat(width - curve.name().length() + 2))
                    .append(Sparkline.of(faults, most, charset))
                    .append('\n');
        }
    }

    private void points(CurveSeries curve, String seconds, long distinctPages) {
        text.append('\n');
        if (curves.size() > 1) {
            text.append(curve.name()).append('\n');
        }
        boolean sampled = curve.points().getFirst().band() != null;
        List<String> heading = new ArrayList<>(List.of("memory pages", "pgmajfault"));
        if (sampled) {
            heading.add("band");
        }
        heading.addAll(List.of("refaults", seconds, "stall s"));
        Map<String, Long> misses = curve.points().getFirst().misses();
        Set<String> policies = misses == null ? Set.of() : misses.keySet();
        policies.forEach(each -> heading.add(each + " misses"));
        TextTable table = new TextTable(1, heading.toArray(String[]::new));
        for (CurveSeries.Point point : curve.points()) {
            List<String> row = new ArrayList<>();
            row.add(Figures.share(point.memoryPages(), distinctPages));
            row.add(Figures.count(point.pgmajfault()));
            if (sampled) {
                row.add(point.band() == null ? "-" : Figures.range(point.band()));
            }
            row.add(Figures.count(point.refaults()));
            row.add(number(point.machineSeconds()));
            row.add(number(point.stallSeconds()));
            for (String policy : policies) {
                Long count = point.misses() == null ? null : point.misses().get(policy);
                row.add(count == null ? "-" : Figures.count(count));
            }
            table.row(row.toArray());
        }
        text.append(table);
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : Figures.number(value);
    }
}
