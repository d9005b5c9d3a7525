package org.gleaner.web.result;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What a result is about, what was asked, and the answer in a sentence or a few.
///
/// @param title such as the scenario's name
/// @param question that it answers; empty if it is of no kind that is known
/// @param answer sentences, the most important first; none if nothing was finished
/// @param facts that a reader must know beside it, such as the scale
public record Headline(String title, String question, List<String> answer, List<Fact> facts) {

    private static final int MOST_SHOWN = 40;

    public Headline {
        answer = List.copyOf(answer);
        facts = List.copyOf(facts);
    }

    /// One fact.
    public record Fact(String name, String value) {}

    /// Of a document of any kind.
    public static Headline of(JsonNode document) {
        if (document.has("searches")) {
            return CheckAnswer.headline(document, facts(document));
        }
        if (document.has("runs")) {
            return new Headline(
                    text(document.path("scenario").path("name"), "a scenario"),
                    RunAnswer.question(document.path("scenario").path("kind").asString("")),
                    RunAnswer.of(document),
                    facts(document));
        }
        if (document.has("rows")) {
            return ValidationAnswer.headline(document, facts(document));
        }
        if (document.has("objectives")) {
            return AdviceAnswer.headline(document, facts(document));
        }
        if (document.has("results") || document.has("vmstat") || document.has("guests")) {
            return ReplayAnswer.headline(document, facts(document));
        }
        return new Headline(
                text(document.path("command"), "A result"), "", List.of(), facts(document));
    }

    private static List<Fact> facts(JsonNode document) {
        List<Fact> facts = new ArrayList<>();
        add(facts, "scale", document.path("scale"));
        add(facts, "engine", first(document, "engine"));
        JsonNode seeds = document.path("seeds");
        if (seeds.isArray() && !document.has("rows")) {
            facts.add(new Fact("seeds", seeds.size() + ", medians shown"));
        } else {
            JsonNode seed = document.path("scenario").path("seed");
            add(facts, "seed", seed.isMissingNode() ? first(document, "seed") : seed);
        }
        add(facts, "started", document.path("date"));
        add(facts, "by", document.path("version"));
        return facts;
    }

    /// Of the document, or of the first of its results.
    private static JsonNode first(JsonNode document, String field) {
        JsonNode own = document.path(field);
        return own.isMissingNode() ? document.path("results").path(0).path(field) : own;
    }

    private static void add(List<Fact> facts, String name, JsonNode value) {
        String text = text(value, "");
        if (!text.isEmpty()) {
            facts.add(new Fact(name, text));
        }
    }

    static String text(JsonNode value, String otherwise) {
        return value.isValueNode() && !value.isNull() ? value.asString() : otherwise;
    }

    /// As much of a text as fits into a message.
    static String brief(String text) {
        return brief(text, MOST_SHOWN);
    }

    static String brief(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "...";
    }
}
