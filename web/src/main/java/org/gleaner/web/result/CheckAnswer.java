package org.gleaner.web.result;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The answer of a check: what broke, what held, and which known bugs were found.
final class CheckAnswer {

    private CheckAnswer() {}

    static Headline headline(JsonNode document, List<Headline.Fact> facts) {
        int bugs = 0;
        int found = 0;
        int programs = 0;
        int holds = 0;
        List<String> answer = new ArrayList<>();
        for (JsonNode search : document.path("searches")) {
            boolean expected = search.path("asExpected").asBoolean();
            String verdict = search.path("verdict").asString("");
            switch (verdict) {
                case "found", "MISSED", "not found", "NOT SHOWN" -> {
                    bugs++;
                    found += verdict.equals("found") ? 1 : 0;
                }
                default -> {
                    programs++;
                    holds += expected ? 1 : 0;
                }
            }
            if (verdict.equals("BROKEN")) {
                answer.add(
                        "%s is broken: %s"
                                .formatted(
                                        search.path("program").asString(""),
                                        search.path("finding").asString("")));
            }
        }
        answer.add(
                "%d of %d programs hold; %d of %d known bugs found."
                        .formatted(holds, programs, found, bugs));
        return new Headline(
                "Check",
                "Does a protocol lose an accessed bit or a write, or touch a freed table?",
                answer,
                facts);
    }
}
