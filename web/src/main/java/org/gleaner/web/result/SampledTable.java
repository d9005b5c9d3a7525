package org.gleaner.web.result;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A table of what was sampled, made so small that a page can hold and draw it.
///
/// @param rows in the file
/// @param series by configuration and group, each with its columns
public record SampledTable(long rows, List<Series> series) {

    static final SampledTable NONE = new SampledTable(0, List.of());

    /// One series: a host's, or a guest's.
    ///
    /// @param columns by name; texts as they are, numbers as numbers, null where a cell is empty
    /// @param rows that it had in the file
    public record Series(
            String configuration, String group, long rows, Map<String, List<Object>> columns) {}

    static SampledTable reduced(Path file, int mostPoints) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return NONE;
        }
    }

    static SampledTable thinned(Path file, int mostCells) throws IOException {
        return NONE;
    }

    /// As the page reads it; an empty object if there is nothing.
    public ObjectNode tree() {
        ObjectNode tree = JsonMapper.shared().createObjectNode();
        if (!series.isEmpty()) {
            tree.put("rows", rows);
            tree.set("series", JsonMapper.shared().valueToTree(series));
        }
        return tree;
    }
}
