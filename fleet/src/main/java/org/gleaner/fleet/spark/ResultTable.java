package org.gleaner.fleet.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.gleaner.lab.BadInput;

/// The rows of a sweep's directory.
///
/// While points run, each has a file of its own in `points`: Spark writes it under `_temporary` and
/// renames it when its task ends. When all are there they become one table in order, `table`, and
/// `points` goes. A file that is cut short is no Parquet and is not believed; a point that has two
/// files, because a master died between a task's last two messages, has the same row twice.
final class ResultTable {

    private static final long ROWS_OF_A_FILE = 100_000;

    private final SparkSession spark;
    private final Path points;
    private final Path table;

    ResultTable(SparkSession spark, Path directory) {
        this.spark = spark;
        points = directory.resolve("points").toAbsolutePath();
        table = directory.resolve("table").toAbsolutePath();
    }

    /// Whether all points were there once.
    boolean isWhole() {
        return Files.isDirectory(table);
    }

    /// All rows, each point's once, in no order.
    Dataset<Row> rows() {
        Path from = isWhole() ? table : points;
        if (!isWhole() && !hasFiles(points)) {
            return spark.createDataFrame(List.of(), PointRow.SCHEMA);
        }
        Dataset<Row> rows = spark.read().schema(PointRow.SCHEMA).parquet(from.toString());
        return isWhole() ? rows : rows.dropDuplicates(PointRow.POINT);
    }

    /// The points that have a row.
    IndexSet finished() {
        IndexSet finished = new IndexSet();
        Iterator<Row> indices = rows().select(PointRow.POINT).toLocalIterator();
        indices.forEachRemaining(row -> finished.add(row.getLong(0)));
        return finished;
    }

    /// A figure of those of these points that have it.
    Map<Long, Double> figures(String name, List<Long> points) {
        Column value = functions.col("figures").getItem(name);
        Map<Long, Double> figures = new HashMap<>();
        rows().where(functions.col(PointRow.POINT).isin(points.toArray()).and(value.isNotNull()))
                .select(functions.col(PointRow.POINT), value)
                .collectAsList()
                .forEach(row -> figures.put(row.getLong(0), row.getDouble(1)));
        return figures;
    }

    /// How many rows say why they are not to be believed.
    long failed() {
        return rows().where(functions.size(functions.col("failures")).gt(0)).count();
    }

    /// Runs what makes rows, and keeps each as soon as it is made.
    void append(Dataset<Row> rows) {
        rows.write().mode(SaveMode.Append).parquet(points.toString());
    }

    /// Makes one table of the points' files.
    void make(long count) {
        Path draft = table.resolveSibling(".table");
        int files = (int) Math.max(1, count / ROWS_OF_A_FILE);
        Dataset<Row> rows = rows();
        Dataset<Row> parts =
                files == 1
                        ? rows.coalesce(1)
                        : rows.repartitionByRange(files, rows.col(PointRow.POINT));
        parts.sortWithinPartitions(PointRow.POINT)
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(draft.toString());
        try {
            Files.move(draft, table, StandardCopyOption.ATOMIC_MOVE);
            discard(points);
        } catch (IOException e) {
            throw new BadInput(table.toString(), "cannot be written", "make room", e);
        }
    }

    private static boolean hasFiles(Path directory) {
        if (!Files.isDirectory(directory)) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.anyMatch(file -> file.toString().endsWith(".parquet"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void discard(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
