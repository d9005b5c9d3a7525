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
/// @param events whether [#EVENTS] is there, which no page shows but can link to
public record ResultFiles(
        ObjectNode document, SampledTable samples, HeatTable heat, boolean events) {

    /// What tracepoints would tell, for Perfetto.
    public static final String EVENTS = "trace.json";

    /// Points that stay of all samples: some hundred for each of some configurations, which is what
    /// a chart's width tells apart.
    private static final int MOST_POINTS = 4000;

    /// Cells that stay of all heat maps.
    private static final int MOST_CELLS = 60_000;

    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final String MEND = "name a directory that gleaner wrote with --out";

    /// Reads them.
    ///
    /// @throws NotAResult if there is no result, or a file of it is none
    public static ResultFiles in(Path directory) {
        return new ResultFiles(
                document(directory),
                table(
                        directory.resolve("samples.csv"),
                        SampledTable.NONE,
                        file -> SampledTable.of(file, MOST_POINTS)),
                table(
                        directory.resolve("heat.csv"),
                        HeatTable.NONE,
                        file -> HeatTable.of(file, MOST_CELLS)),
                Files.isRegularFile(directory.resolve(EVENTS)));
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
            if (!(tree instanceof ObjectNode document)) {
                throw new NotAResult(file.toString(), "is no JSON object", MEND);
            }
            if (!document.has("resultFormat")) {
                throw new NotAResult(file.toString(), "has no resultFormat", MEND);
            }
            return document;
        } catch (JacksonException e) {
            String what = "is no JSON (" + firstLine(e.getOriginalMessage()) + ")";
            long line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new NotAResult(file + (line > 0 ? ":" + line : ""), what, MEND);
        } catch (IOException e) {
            throw unreadable(file);
        }
    }

    private interface Reading<T> {
        T of(Path file) throws IOException;
    }

    private static <T> T table(Path file, T none, Reading<T> reading) {
        if (!Files.isRegularFile(file)) {
            return none;
        }
        try {
            return reading.of(file);
        } catch (IOException e) {
            throw unreadable(file);
        }
    }

    private static NotAResult unreadable(Path file) {
        return new NotAResult(file.toString(), "cannot be read", "see that you may read it");
    }

    /// The first line, without what only a programmer of the parser can use.
    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("").replaceFirst(" \\(start marker at .*", "");
    }
}
