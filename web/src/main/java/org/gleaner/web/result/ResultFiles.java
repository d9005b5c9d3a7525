package org.gleaner.web.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The files of one directory of results that a page is made of.
///
/// @param document `result.json`
/// @param samples `samples.csv`, made small; empty if there is none
/// @param heat `heat.csv`, likewise
public record ResultFiles(ObjectNode document, SampledTable samples, SampledTable heat) {

    /// Points of one line in a chart; more are not told apart on a screen.
    static final int MOST_POINTS = 1000;

    /// Rows of a heat map times its moments.
    private static final int MOST_CELLS = 40_000;

    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final String MEND = "name a directory that gleaner wrote with --out";

    /// Reads them.
    ///
    /// @throws NotAResult if there is no result, or a file of it is none
    public static ResultFiles in(Path directory) {
        return new ResultFiles(
                document(directory),
                table(directory.resolve("samples.csv"), MOST_POINTS, false),
                table(directory.resolve("heat.csv"), MOST_CELLS, true));
    }

    /// Only the document.
    ///
    /// @throws NotAResult if there is none
    public static ObjectNode document(Path directory) {
        Path file = directory.resolve("result.json");
        if (!Files.isRegularFile(file)) {
            String what = Files.isDirectory(directory) ? "has no result.json" : "is no directory";
            throw new NotAResult(directory.toString(), what, MEND);
        }
        try {
            JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
            if (tree instanceof ObjectNode document) {
                return document;
            }
            throw new NotAResult(file.toString(), "is no JSON object", MEND);
        } catch (JacksonException e) {
            String what = "is no JSON (" + firstLine(e.getOriginalMessage()) + ")";
            long line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new NotAResult(file + (line > 0 ? ":" + line : ""), what, MEND);
        } catch (IOException e) {
            throw unreadable(file);
        }
    }

    private static SampledTable table(Path file, int most, boolean whole) {
        if (!Files.isRegularFile(file)) {
            return SampledTable.NONE;
        }
        try {
            return whole ? SampledTable.thinned(file, most) : SampledTable.reduced(file, most);
        } catch (IOException e) {
            throw unreadable(file);
        }
    }

    private static NotAResult unreadable(Path file) {
        return new NotAResult(file.toString(), "cannot be read", "see that you may read it");
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
