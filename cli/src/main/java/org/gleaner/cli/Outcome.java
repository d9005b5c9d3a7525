package org.gleaner.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.report.FileText;
import org.gleaner.lab.report.ResultJson;
import org.gleaner.lab.report.ResultsDirectory;
import org.gleaner.lab.run.Completeness;
import org.gleaner.lab.run.Result;
import org.jspecify.annotations.Nullable;

/// What a command ends with: results on standard output, in their directory, and as an exit code.
///
/// @param completeness of all that was asked for
/// @param asked how many results were asked for
/// @param results that there are
/// @param text the results for people, as they are printed
/// @param report the same with all that is known, as it is kept
/// @param more fields of the JSON document besides the results
/// @param files more files that are kept, by name
record Outcome(
        Completeness completeness,
        int asked,
        List<? extends Result> results,
        String text,
        String report,
        Map<String, Object> more,
        Map<String, FileText> files) {

    /// Results that are all that there is to tell.
    Outcome(
            Completeness completeness,
            int asked,
            List<? extends Result> results,
            String text,
            String report) {
        this(completeness, asked, results, text, report, Map.of(), Map.of());
    }

    /// A result whose text is all that is known.
    Outcome(Completeness completeness, int asked, List<? extends Result> results, String text) {
        this(completeness, asked, results, text, text);
    }

    /// Prints and keeps the results, and gives the exit code.
    ///
    /// @param directory where to keep them; null for nowhere
    int tell(
            Surroundings surroundings,
            OutputOptions options,
            @Nullable ResultsDirectory directory) {
        String json =
                ResultJson.document(completeness, surroundings.provenance(), asked, results, more)
                        + "\n";
        surroundings.out().print(options.json ? json : text);
        if (directory != null) {
            // After printing, so that a full disk does not take the results with it.
            String from = surroundings.provenance().line() + "\n";
            Map<String, FileText> kept = new HashMap<>(files);
            kept.put("result.json", FileText.of(json));
            kept.put("report.txt", FileText.of(from + report));
            options.keep(surroundings, directory, kept);
        }
        boolean failed = results.stream().anyMatch(result -> !result.failures().isEmpty());
        if (failed && !surroundings.interrupted().getAsBoolean()) {
            return ExitCodes.FAILED;
        }
        if (!completeness.complete()) {
            String kept =
                    completeness.finished() > 0
                            ? "what was finished is kept"
                            : "nothing was finished";
            surroundings.err().println("gleaner: interrupted; " + kept);
            return ExitCodes.INTERRUPTED;
        }
        return failed ? ExitCodes.FAILED : ExitCodes.DONE;
    }
}
