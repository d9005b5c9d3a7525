package org.gleaner.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.output.NewFile;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.web.page.DifferencePage;
import org.gleaner.web.page.ReportPage;
import org.gleaner.web.result.NotAResult;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `gleaner report`: the page of results that are kept, made again, or what differs between
/// several.
@Command(
        name = "report",
        description =
                "Make the page of results again, or one that compares several: what differs in what was"
                        + " asked, and what in the figures.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false)
final class ReportCommand implements Callable<Integer> {

    private final Surroundings surroundings;

    @Parameters(
            arity = "1..*",
            paramLabel = "DIR",
            description =
                    "A directory of results; its report.html is written again. Two or more are compared.")
    private List<Path> directories = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "FILE.html",
            description =
                    "Write the page to this new file; needed for two or more (default: report.html in"
                            + " DIR, which is replaced).")
    private @Nullable Path out;

    ReportCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        LinkedHashSet<Path> each = new LinkedHashSet<>();
        for (Path directory : directories) {
            if (!each.add(directory.normalize())) {
                throw new BadInput(directory.toString(), "is there twice", "name each once");
            }
        }
        if (each.size() > 1 && out == null) {
            throw new BadInput("--out", "is missing", "name a new file for the comparison");
        }
        Path written = write(List.copyOf(each));
        surroundings.out().println("page in " + written);
        return ExitCodes.DONE;
    }

    private Path write(List<Path> each) {
        try {
            if (out == null) {
                return ResultsDirectory.remake(each.getFirst(), OutputOptions.PAGE);
            }
            NewFile.write(
                    out,
                    each.size() == 1
                            ? ReportPage.elsewhere(each.getFirst())
                            : DifferencePage.of(each));
            return out;
        } catch (NotAResult e) {
            throw new BadInput(e.where(), e.what(), e.mend(), e);
        }
    }
}
