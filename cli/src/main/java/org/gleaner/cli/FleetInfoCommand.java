package org.gleaner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.fleet.FleetFiles;
import org.gleaner.lab.report.FleetInfoText;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.FleetInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `gleaner fleet info`: what tables of a fleet hold.
@Command(
        name = "info",
        description = "Say what published tables tell of sizes, use and lives of VMs.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class FleetInfoCommand implements Callable<Integer> {

    static final String TABLES =
            "Files of one table, compressed or not: task_usage (2011) or instance_usage (2019) of"
                    + " Google's cluster data, vmtable (2017, 2019) or the packing trace (2020) of"
                    + " Azure's.";

    private final Surroundings surroundings;

    @Parameters(arity = "1..*", paramLabel = "TABLE", description = TABLES)
    private List<String> files = new ArrayList<>();

    @Mixin private OutputOptions options = new OutputOptions();

    FleetInfoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        ResultsDirectory directory = options.out == null ? null : ResultsDirectory.at(options.out);
        FleetInfo info =
                FleetInfo.of(
                        files,
                        FleetFiles.figures(
                                files.stream().map(Path::of).toList(), surroundings.input()));
        return new Outcome(Completeness.whole(1), 1, List.of(info), FleetInfoText.of(info))
                .tell(surroundings, options, directory);
    }
}
