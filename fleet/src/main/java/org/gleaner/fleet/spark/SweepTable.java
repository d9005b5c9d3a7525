package org.gleaner.fleet.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.size;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.gleaner.lab.BadInput;
import org.jspecify.annotations.Nullable;

/// What there is in a sweep's directory, for people: never more of it than they can read.
///
/// @param name of the sweep
/// @param points that it has
/// @param finished of these
/// @param axes keys that vary
/// @param figures that are shown
/// @param rows the first of the table, in the order asked for
/// @param frontierOf the two figures of [#frontier]; empty for none
/// @param frontier the points to which no other is better in one and not worse in the other
public record SweepTable(
        String name,
        long points,
        long finished,
        List<String> axes,
        List<String> figures,
        List<Line> rows,
        List<String> frontierOf,
        List<Line> frontier) {

    /// The most points of a frontier that are told.
    private static final int MOST_OF_FRONTIER = 100;

    /// A point.
    ///
    /// @param values of the keys that vary
    /// @param figures by name; those that it has not are left out
    /// @param failures why it is not to be believed
    public record Line(
            long point,
            Map<String, String> values,
            Map<String, Double> figures,
            List<String> failures,
            String command) {}

    /// What of a directory is wanted.
    ///
    /// @param by the figure to sort by, the least first; null for the order of points
    /// @param most rows
    public record Wanted(@Nullable String by, int most) {}

    /// Reads a sweep's directory.
    ///
    /// @throws BadInput if there is none, or no such figure
    public static SweepTable read(Path directory, Wanted wanted) {
        SweepDirectory.Identity own = identity(directory);
        try (Reading reading = new Reading(directory)) {
            Dataset<Row> rows = reading.table.rows();
            if (wanted.by() != null) {
                checkFigure(rows, wanted.by());
            }
            Column order =
                    wanted.by() == null
                            ? col(PointRow.POINT)
                            : figure(wanted.by()).asc_nulls_last();
            List<Line> lines = lines(rows.orderBy(order, col(PointRow.POINT)).limit(wanted.most()));
            return new SweepTable(
                    own.name(),
                    own.points(),
                    rows.count(),
                    own.axes(),
                    own.figures(),
                    lines,
                    own.frontier(),
                    frontier(rows, own.frontier()));
        }
    }

    /// One point.
    ///
    /// @throws BadInput if it has no row
    public static Line point(Path directory, long index) {
        identity(directory);
        try (Reading reading = new Reading(directory)) {
            List<Line> lines =
                    lines(reading.table.rows().where(col(PointRow.POINT).equalTo(index)));
            if (lines.isEmpty()) {
                throw new BadInput(
                        "--point", "there is no row of point " + index, "see the table without it");
            }
            return lines.getFirst();
        }
    }

    private static SweepDirectory.Identity identity(Path directory) {
        SweepDirectory.Identity own =
                Files.isDirectory(directory) ? SweepDirectory.read(directory) : null;
        if (own == null) {
            throw new BadInput(
                    directory.toString(), "holds no sweep", "name the directory of one's results");
        }
        return own;
    }

    private static Column figure(String name) {
        return col("figures").getItem(name);
    }

    private static void checkFigure(Dataset<Row> rows, String name) {
        if (rows.where(figure(name).isNotNull()).isEmpty()) {
            throw new BadInput(
                    "--by", "no point has a figure '" + name + "'", "see --point N for all names");
        }
    }

    /// Sorted by the first and then by the second, a point is on it if its second is less than that
    /// of all before. One pass, and nothing is held but what is on it.
    private static List<Line> frontier(Dataset<Row> rows, List<String> of) {
        if (of.isEmpty()) {
            return List.of();
        }
        Column first = figure(of.getFirst());
        Column second = figure(of.getLast());
        Iterator<Row> sorted =
                rows.where(
                                first.isNotNull()
                                        .and(second.isNotNull())
                                        .and(size(col("failures")).equalTo(0)))
                        .select(col(PointRow.POINT), second.as("second"), first.as("first"))
                        .orderBy(col("first"), col("second"), col(PointRow.POINT))
                        .toLocalIterator();
        List<Long> on = new ArrayList<>();
        double least = Double.POSITIVE_INFINITY;
        while (sorted.hasNext() && on.size() < MOST_OF_FRONTIER) {
            Row row = sorted.next();
            if (row.getDouble(1) < least) {
                least = row.getDouble(1);
                on.add(row.getLong(0));
            }
        }
        return lines(rows.where(col(PointRow.POINT).isin(on.toArray())).orderBy(first));
    }

    private static List<Line> lines(Dataset<Row> rows) {
        List<Line> lines = new ArrayList<>();
        for (Row row : rows.collectAsList()) {
            lines.add(
                    new Line(
                            row.getLong(0),
                            row.getJavaMap(row.fieldIndex("values")),
                            new TreeMap<>(
                                    row.<String, Double>getJavaMap(row.fieldIndex("figures"))),
                            row.getList(row.fieldIndex("failures")),
                            row.getString(row.fieldIndex("command"))));
        }
        return lines;
    }

    /// A session of its own, whose log nobody wants to keep.
    private static final class Reading implements AutoCloseable {
        private final Path log;
        private final SparkSession spark;
        private final ResultTable table;

        Reading(Path directory) {
            try {
                log = Files.createTempFile("gleaner-spark", ".log");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            spark = Cluster.here(1).open(String.valueOf(directory.getFileName()), log, List.of());
            table = new ResultTable(spark, directory);
        }

        @Override
        public void close() {
            spark.stop();
            try {
                Files.deleteIfExists(log);
            } catch (IOException e) {
                // The system clears such files away.
            }
        }
    }
}
