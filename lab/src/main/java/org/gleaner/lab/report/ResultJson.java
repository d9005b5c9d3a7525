package org.gleaner.lab.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.gleaner.lab.run.Result;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/// Results as JSON: fields in the order of the records' components, those without a value left out.
public final class ResultJson {

    private static final ObjectWriter WRITER =
            JsonMapper.builder()
                    .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .changeDefaultPropertyInclusion(_ ->
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
                    .build()
                    .writerWithDefaultPrettyPrinter();

    private ResultJson() {}

    /// One document, without a line end: the result if there is one, else an array of them.
    public static String document(List<? extends Result> results) {
        return WRITER.writeValueAsString(results.size() == 1 ? results.getFirst() : results);
    }
}
