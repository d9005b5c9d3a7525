package org.gleaner.fleet.spark;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkFiles;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.gleaner.cli.Version;
import org.gleaner.fleet.plan.Point;
import org.gleaner.fleet.point.Answer;
import org.gleaner.fleet.point.Command;
import org.gleaner.fleet.point.Inputs;
import org.gleaner.lab.Cancelled;
import org.gleaner.lab.execute.Executors;
import org.gleaner.lab.report.Provenance;
import scala.jdk.javaapi.CollectionConverters;

/// One task: runs a point, and makes a row of it. A row holds nothing that is not the same wherever
/// and whenever it was made, so that a second attempt or a copy does no harm.
///
/// @param sweep its hash
/// @param inputs that the points read, by their paths on every machine; or sent to it
/// @param sent whether they were sent
record PointRow(String sweep, Inputs inputs, boolean sent) implements Function<Point, Row> {

    static final String POINT = "point";

    static final StructType SCHEMA =
            new StructType()
                    .add(POINT, DataTypes.LongType, false)
                    .add(
                            "values",
                            DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType))
                    .add("command", DataTypes.StringType)
                    .add("sweep", DataTypes.StringType)
                    .add("version", DataTypes.StringType)
                    .add("inputs", DataTypes.StringType)
                    .add("scenario", DataTypes.StringType)
                    .add("seed", DataTypes.LongType, true)
                    .add("failures", DataTypes.createArrayType(DataTypes.StringType))
                    .add(
                            "figures",
                            DataTypes.createMapType(DataTypes.StringType, DataTypes.DoubleType))
                    .add(
                            "curves",
                            DataTypes.createMapType(
                                    DataTypes.StringType,
                                    DataTypes.createArrayType(DataTypes.DoubleType)));

    @Override
    public Row call(Point point) {
        TaskContext task = TaskContext.get();
        Path home = Path.of(System.getProperty("gleaner.home", ""));
        List<String> words = sent ? here(point) : inputs.words(point);
        try {
            Answer answer = new Command(home, Executors.standard()).run(words, task::isInterrupted);
            return row(point, answer);
        } catch (Cancelled e) {
            throw new TaskKilledException("stopped by the user");
        }
    }

    /// The command with files where this machine has got them.
    private List<String> here(Point point) {
        Map<String, String> files = new TreeMap<>();
        inputs.files()
                .forEach((word, file) ->
                        files.put(word, SparkFiles.get(Path.of(file).getFileName().toString())));
        return new Inputs(files, inputs.digests()).words(point);
    }

    private Row row(Point point, Answer answer) {
        Map<String, Object> curves = new TreeMap<>();
        answer.curves().forEach((name, curve) -> curves.put(name, sequence(curve)));
        return RowFactory.create(
                point.index(),
                map(point.values()),
                Provenance.of(point.words(), "", Instant.EPOCH).command(),
                sweep,
                Version.ofGleaner(),
                inputs.digest(point),
                answer.scenario(),
                answer.seed(),
                sequence(answer.failures()),
                map(answer.figures()),
                map(curves));
    }

    private static Object map(Map<String, ?> map) {
        return CollectionConverters.asScala(map);
    }

    private static Object sequence(List<?> list) {
        return CollectionConverters.asScala(list).toSeq();
    }
}
