package org.gleaner.web.result;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// The answer of a validation: how many rows hold.
final class ValidationAnswer {

    private ValidationAnswer() {}

    static Headline headline(JsonNode document, List<Headline.Fact> facts) {
        JsonNode rows = document.path("rows");
        return rows.path(0).has("published")
                ? new Headline(
                        "Published times",
                        "Does virtual time come to what was published?",
                        List.of(timing(rows)),
                        facts)
                : new Headline(
                        "Reclaim beside a real kernel",
                        "Does reclaim do what a real kernel does?",
                        List.of(reclaim(document, rows)),
                        facts);
    }

    private static String timing(JsonNode rows) {
        int bound = 0;
        int held = 0;
        for (JsonNode row : rows) {
            JsonNode within = row.path("within");
            if (within.isNumber()) {
                bound++;
                if (Math.abs(row.path("errorPercent").asDouble(Double.POSITIVE_INFINITY))
                        <= within.asDouble()) {
                    held++;
                }
            }
        }
        return "%d of %d rows with a bound are within it; %d more are shown."
                .formatted(held, bound, rows.size() - bound);
    }

    private static String reclaim(JsonNode document, JsonNode rows) {
        int within = 0;
        for (JsonNode row : rows) {
            boolean holds = true;
            for (JsonNode counter : row.path("counters")) {
                holds &=
                        Math.abs(counter.path("errorPercent").asDouble(0))
                                <= document.path("boundPercent").asDouble(0);
            }
            within += holds ? 1 : 0;
        }
        return "%d of %d groups of real runs are within %s %% of the real band in every counter."
                .formatted(within, rows.size(), Headline.text(document.path("boundPercent"), "?"));
    }
}
