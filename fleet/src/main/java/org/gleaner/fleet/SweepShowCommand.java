package org.gleaner.fleet;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.gleaner.cli.ExitCodes;
import org.gleaner.cli.Surroundings;
import org.gleaner.cli.Version;
import org.gleaner.fleet.spark.SweepTable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.report.ResultJson;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner sweep show`: the table of a sweep, finished or not.
@Command(
        name = "show",
        description = "Show the table of a sweep's results, and the frontier.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class SweepShowCommand implements Callable<Integer> {

    private static final int MOST_ROWS = 100_000;

    private final Surroundings surroundings;

    @Parameters(paramLabel = "DIR", description = "The directory of a sweep's results.")
    private Path directory = Path.of("");

    @Option(
            names = "--by",
            paramLabel = "FIGURE",
            description = "The least of this figure first (default: in the order of points).")
    private @Nullable String by;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "40",
            description = "Show so many rows (default: 40).")
    private int rows;

    @Option(
            names = "--point",
            paramLabel = "N",
            description = "Show all figures of one point, and the command that it is.")
    private @Nullable Long point;

    @Option(names = "--json", description = "Print one JSON document, and nothing else.")
    private boolean json;

    SweepShowCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        if (rows < 1 || rows > MOST_ROWS) {
            throw new BadInput("--rows", rows + " is out of range", "give 1 to " + MOST_ROWS);
        }
        if (point != null) {
            SweepTable.Line line = SweepTable.point(directory, point);
            surroundings.out().print(json ? ResultJson.of(line) + "\n" : SweepText.of(line));
            return ExitCodes.DONE;
        }
        SweepTable table = SweepTable.read(directory, new SweepTable.Wanted(by, rows));
        surroundings.out().print(json ? ResultJson.of(table) + "\n" : SweepText.of(table));
        return ExitCodes.DONE;
    }
}
