package org.gleaner.cli;

import java.nio.file.Path;
import java.util.Map;
import org.gleaner.lab.Progress;
import org.gleaner.lab.report.FileText;
import org.gleaner.lab.report.ProgressBar;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.web.page.ReportPage;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options of every command: what it prints, and where it puts it.
public class OutputOptions {

    /// The page that every directory of results has.
    static final ResultsDirectory.Page PAGE =
            new ResultsDirectory.Page(ReportPage.FILE, ReportPage::of);

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Keep the results in this new directory.")
    public @Nullable Path out;

    @Option(names = "--json", description = "Print one JSON document, and nothing else.")
    public boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Show no progress.")
    public boolean quiet;

    public Progress progress(Surroundings surroundings) {
        Surroundings.Following following = surroundings.following();
        ProgressBar.Mode mode = quiet ? ProgressBar.Mode.SILENT : following.progress();
        return following
                .watch()
                .over(new ProgressBar(surroundings.err(), mode, following.interrupted()));
    }

    /// Keeps a result's files and the page that shows them, and says where.
    void keep(Surroundings surroundings, ResultsDirectory directory, Map<String, FileText> files) {
        Path place = directory.write(files, PAGE);
        surroundings.following().watch().kept(place);
        if (!quiet) {
            (json ? surroundings.err() : surroundings.out()).println("results in " + place);
        }
    }
}
