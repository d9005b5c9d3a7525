package org.gleaner.lab.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.gleaner.lab.run.ValidationResult.Comparison;
import org.gleaner.lab.run.ValidationResult.Share;

/// Counts beside a real kernel's, as cells of a table and as what all rows come to.
final class RealCounts {

    private RealCounts() {}

    /// The real kernel's least and most.
    static String real(Comparison each) {
        return band(each.least(), each.most());
    }

    /// Ours, of all seeds.
    static String gleaner(Comparison each) {
        return band(counts(each).min().orElse(0), counts(each).max().orElse(0));
    }

    private static LongStream counts(Comparison each) {
        return each.gleaner().stream().mapToLong(Long::longValue);
    }

    private static String band(long least, long most) {
        return least == most
                ? Figures.count(least)
                : Figures.count(least) + "-" + Figures.count(most);
    }

    /// How far ours is outside, in percent; a dot for inside.
    static String error(Comparison each) {
        double percent = each.errorPercent();
        return percent == 0 ? "." : String.format(Locale.ROOT, "%+.1f", percent);
    }

    /// How many rows were compared, what *off* means, and how many are close.
    static void summary(StringBuilder text, int compared, int rows, int seeds, List<Share> shares) {
        text.append(
                String.format(
                        Locale.ROOT,
                        "%d of %d rows compared%s;\n"
                                + "  off: percent outside the real kernel's least and most, . for"
                                + " inside\n",
                        compared,
                        rows,
                        seeds > 1 ? ", by the median of " + seeds + " seeds" : ""));
        if (compared == 0) {
            return;
        }
        TextTable table = new TextTable(1, "within", "percent", "rows", "of", "share");
        for (Share share : shares) {
            table.row(
                    share.counter(),
                    share.percent(),
                    share.rows(),
                    share.of(),
                    Math.floorDiv(100 * share.rows(), share.of()) + " %");
        }
        text.append('\n').append(table);
    }
}
