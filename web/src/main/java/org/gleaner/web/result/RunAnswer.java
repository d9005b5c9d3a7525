package org.gleaner.web.result;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.JsonNode;

/// The answer of a scenario: which configuration is how much better.
final class RunAnswer {

    /// Less apart than this is called the same.
    private static final double SAME = 1.005;

    private RunAnswer() {}

    static String question(String kind) {
        return switch (kind) {
            case "max-guest-memory" ->
                    "How much does harvesting accessed bits cost a guest as large as its host?";
            case "access-tracking" ->
                    "Does the host see what the guest touches, and at what price?";
            case "mmu-stress" ->
                    "Does a guest's write ever get through where it must not, or get lost?";
            case "neighbours" ->
                    "Guests on one host that is too small for them: who loses pages, and to whom?";
            case "pfn-designs" -> "Who owns a guest's host page, and who marks it when?";
            case "dirty-log-perf" ->
                    "What does a dirty log cost, and what does it cost to end one?";
            case "demand-paging" ->
                    "How fast can user space supply a guest's pages, and what holds it up?";
            case "architectures" ->
                    "What does the same overcommitted guest cost on x86 and on arm64?";
            default -> "";
        };
    }

    static List<String> of(JsonNode document) {
        List<String> answer = new ArrayList<>();
        document.path("ratios").forEach(ratio -> ratio(document, ratio).ifPresent(answer::add));
        if (!answer.isEmpty()) {
            return answer;
        }
        return switch (document.path("scenario").path("kind").asString("")) {
            case "architectures" ->
                    ranked(document, "a round", run -> run.path("roundSeconds").asDouble(0));
            case "pfn-designs" -> ranked(document, "all phases", RunAnswer::phases);
            case "access-tracking" -> ranked(document, "all phases", RunAnswer::phases);
            case "demand-paging" ->
                    ranked(document, "all pages", run -> run.path("seconds").asDouble(0));
            case "mmu-stress" -> stress(document);
            case "neighbours" -> neighbours(document);
            default -> List.of();
        };
    }

    private static Optional<String> ratio(JsonNode document, JsonNode ratio) {
        String of = ratio.path("of").asString("");
        String to = ratio.path("to").asString("");
        if (ratio.has("disable")) {
            return Optional.of(
                    "%s: to end the log takes %s with %s %s"
                            .formatted(
                                    ratio.path("configuration").asString(""),
                                    times(ratio.path("disable").asDouble()),
                                    of,
                                    "as with " + to + "."));
        }
        if (!ratio.has("run2")) {
            return Optional.empty();
        }
        double run2 = ratio.path("run2").asDouble();
        String range = range(document, of + "/" + to);
        if (run2 < SAME && run2 > 1 / SAME) {
            return Optional.of("%s and %s take the same time in run2%s.".formatted(of, to, range));
        }
        return Optional.of(
                "%s takes %s %s in run2%s, %s in run1."
                        .formatted(
                                of,
                                times(run2),
                                "as " + to,
                                range,
                                times(ratio.path("run1").asDouble()).replace(" as long", "")));
    }

    private static String range(JsonNode document, String pair) {
        for (JsonNode each : document.path("band").path("ratios")) {
            if (each.path("of").asString("").equals(pair)
                    && each.path("metric").asString("").equals("run2Seconds")) {
                return " (band %s to %s)"
                        .formatted(
                                figure(each.path("low").asDouble()),
                                figure(each.path("high").asDouble()));
            }
        }
        return "";
    }

    private record Ranked(String name, double seconds) {}

    /// The quickest and the slowest, and how far they are apart.
    private static List<String> ranked(
            JsonNode document, String what, ToDoubleFunction<JsonNode> seconds) {
        List<Ranked> all = new ArrayList<>();
        for (JsonNode run : document.path("runs")) {
            double value = seconds.applyAsDouble(run);
            if (value > 0) {
                all.add(new Ranked(name(run), value));
            }
        }
        all.sort(Comparator.comparingDouble(Ranked::seconds));
        if (all.size() < 2) {
            return all.stream().map(one -> one.name + " takes " + time(one.seconds) + ".").toList();
        }
        Ranked least = all.getFirst();
        Ranked most = all.getLast();
        return List.of(
                most.seconds / least.seconds < SAME
                        ? "All take the same time: %s.".formatted(time(least.seconds))
                        : "%s is quickest with %s for %s, %s slowest with %s: %s as long."
                                .formatted(
                                        least.name,
                                        time(least.seconds),
                                        what,
                                        most.name,
                                        time(most.seconds),
                                        figure(most.seconds / least.seconds) + " times"));
    }

    private static double phases(JsonNode run) {
        double sum = 0;
        for (JsonNode phase : run.path("seconds")) {
            sum += phase.asDouble(0);
        }
        for (JsonNode phase : run.path("phases")) {
            sum += phase.path("seconds").asDouble(0);
        }
        return sum + run.path("benchmark").path("slowestVcpuSeconds").asDouble(0);
    }

    private static List<String> stress(JsonNode document) {
        long forbidden = 0;
        long lost = 0;
        for (JsonNode run : document.path("runs")) {
            forbidden += run.path("forbiddenWrites").asLong(0);
            lost += run.path("lostWrites").asLong(0);
        }
        return List.of(
                forbidden + lost == 0
                        ? "No: no write got through where it must not, and none was lost."
                        : "Yes: %,d writes got through where they must not, and %,d were lost."
                                .formatted(forbidden, lost));
    }

    /// Who loses most pages in each configuration, and who waits most for its own.
    private static List<String> neighbours(JsonNode document) {
        List<String> answer = new ArrayList<>();
        for (JsonNode run : document.path("runs")) {
            String loser = most(run, "pgsteal", "loses most, %,d pages");
            String waiter = most(run, "pgmajfault", "waits most, in %,d major faults");
            String both = loser + (loser.isEmpty() || waiter.isEmpty() ? "" : "; ") + waiter;
            answer.add(name(run) + ": " + (both.isEmpty() ? "nobody loses pages" : both) + ".");
        }
        return answer;
    }

    private static String most(JsonNode run, String counter, String words) {
        String name = "";
        long most = 0;
        for (JsonNode guest : run.path("guests")) {
            long count = guest.path("memoryStat").path(counter).asLong(0);
            if (count > most) {
                most = count;
                name = guest.path("name").asString("");
            }
        }
        return most == 0 ? "" : name + " " + String.format(Locale.ROOT, words, most);
    }

    private static String name(JsonNode run) {
        String label = run.path("label").asString("");
        return label.isEmpty() ? run.path("configuration").path("name").asString("?") : label;
    }

    static String times(double ratio) {
        return figure(ratio) + " times as long";
    }

    /// Three digits.
    static String figure(double value) {
        if (value >= 1000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(
                Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    static String time(double seconds) {
        if (seconds >= 1) {
            return figure(seconds) + " s";
        }
        return seconds >= 1e-3 ? figure(seconds * 1e3) + " ms" : figure(seconds * 1e6) + " µs";
    }
}
