package org.gleaner.web.result;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// The answer of replays: what less memory, or another choice, costs.
final class ReplayAnswer {

    private ReplayAnswer() {}

    static Headline headline(JsonNode document, List<Headline.Fact> facts) {
        List<JsonNode> all = replays(document);
        Set<String> traces =
                all.stream()
                        .map(each -> each.path("trace").asString(""))
                        .filter(trace -> !trace.isEmpty())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        document.path("guests").forEach(each -> traces.add(each.path("trace").asString("")));
        String title = "Replay of " + String.join(", ", traces);
        if (document.has("curve")) {
            String question = "How does it do with less and less memory?";
            return new Headline(title, question, curve(document), facts);
        }
        if (document.has("differences")) {
            String question = "What does the choice change?";
            return new Headline(title, question, differences(document), facts);
        }
        if (document.has("guests")) {
            String question = "How do they do together on one host?";
            return new Headline(title, question, together(document), facts);
        }
        String question = "What would the kernel do with this much memory?";
        return new Headline(title, question, against(all), facts);
    }

    private static List<JsonNode> replays(JsonNode document) {
        return document.has("results")
                ? StreamSupport.stream(document.path("results").spliterator(), false).toList()
                : List.of(document);
    }

    /// The first and the last, which differ most where sizes were given in their order.
    private static List<String> against(List<JsonNode> all) {
        if (all.isEmpty()) {
            return List.of();
        }
        JsonNode first = all.getFirst();
        if (all.size() == 1) {
            return List.of(
                    "%s with %s pages has %s major faults%s."
                            .formatted(
                                    text(first, "trace"),
                                    count(first.path("memoryPages").asLong()),
                                    count(faults(first)),
                                    took(first)));
        }
        JsonNode last = all.getLast();
        return List.of(
                "%s has %s major faults%s; %s has %s%s."
                        .formatted(
                                text(first, "name"),
                                count(faults(first)),
                                took(first),
                                text(last, "name"),
                                count(faults(last)),
                                took(last)));
    }

    private static List<String> curve(JsonNode document) {
        List<String> answer = new ArrayList<>();
        for (JsonNode curve : document.path("curve")) {
            JsonNode points = curve.path("points");
            if (points.size() < 2) {
                continue;
            }
            JsonNode most = points.path(0);
            JsonNode least = points.path(points.size() - 1);
            answer.add(
                    "%s: %s major faults with %s of memory, %s with %s."
                            .formatted(
                                    text(curve, "name"),
                                    count(most.path("pgmajfault").asLong()),
                                    text(most, "memory"),
                                    count(least.path("pgmajfault").asLong()),
                                    text(least, "memory")));
        }
        return answer;
    }

    private static List<String> differences(JsonNode document) {
        List<String> answer = new ArrayList<>();
        for (JsonNode each : document.path("differences")) {
            JsonNode least = each.path("least");
            String names =
                    StreamSupport.stream(least.spliterator(), false)
                            .map(JsonNode::asString)
                            .collect(Collectors.joining(" and "));
            double most = 1;
            double fewest = Double.POSITIVE_INFINITY;
            for (JsonNode ratio : each.path("toFirst")) {
                most = Math.max(most, ratio.asDouble());
                fewest = Math.min(fewest, ratio.asDouble());
            }
            String apart =
                    fewest > 0 && Double.isFinite(fewest)
                            ? ", the most %s times as many"
                                    .formatted(RunAnswer.figure(most / fewest))
                            : "";
            answer.add(
                    "%s with %s pages: %s faults least%s."
                            .formatted(
                                    text(each, "name"),
                                    count(each.path("memoryPages").asLong()),
                                    names,
                                    apart));
        }
        return answer;
    }

    private static List<String> together(JsonNode document) {
        JsonNode worst = null;
        for (JsonNode guest : document.path("guests")) {
            if (worst == null || faults(guest) > faults(worst)) {
                worst = guest;
            }
        }
        return worst == null
                ? List.of()
                : List.of(
                        "%s waits most for its pages: %s major faults%s."
                                .formatted(
                                        text(worst, "trace"), count(faults(worst)), took(worst)));
    }

    private static long faults(JsonNode replay) {
        return replay.path("vmstat").path("pgmajfault").asLong(0);
    }

    private static String took(JsonNode replay) {
        double seconds = replay.path("machineSeconds").asDouble(0);
        return seconds > 0 ? " and takes " + RunAnswer.time(seconds) : "";
    }

    private static String text(JsonNode node, String field) {
        return Headline.text(node.path(field), "it");
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
