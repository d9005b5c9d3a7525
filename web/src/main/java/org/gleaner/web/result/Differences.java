package org.gleaner.web.result;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What is not the same in two or more results.
///
/// @param names of the results, as they were given
/// @param commands that made them
/// @param settings that differ: what was asked
/// @param results that differ, the largest difference first: figures
/// @param main paths of the figures that a reader looks for first
/// @param same how many figures are the same in all
public record Differences(
        List<String> names,
        List<String> commands,
        List<Setting> settings,
        List<Figure> results,
        Set<String> main,
        int same) {

    /// What says nothing of the result: it hangs on the machine that Gleaner ran on, or on the day.
    private static final Set<String> PASSING =
            Set.of("wallSeconds", "accessesPerSecond", "cpuSeconds", "date", "command", "version");

    /// What was asked, if it is at the top of a document or of one of its parts.
    private static final Set<String> ASKED = Set.of("scenario", "configuration", "scale", "engine");

    private static final Set<String> MAIN =
            Set.of(
                    "run1Seconds",
                    "run2Seconds",
                    "resetSeconds",
                    "roundSeconds",
                    "machineSeconds",
                    "pgmajfault",
                    "pagesPerSecond");

    public Differences {
        names = List.copyOf(names);
        commands = List.copyOf(commands);
        settings = List.copyOf(settings);
        results = List.copyOf(results);
    }

    /// A key of what was asked.
    ///
    /// @param values in the order of the results; null where it is not there
    public record Setting(String path, List<@Nullable String> values) {}

    /// A figure.
    ///
    /// @param values in the order of the results; null where it is not there
    /// @param ratio of the largest to the smallest; null if the smallest is 0
    public record Figure(String path, List<@Nullable Double> values, @Nullable Double ratio) {}

    /// Of documents of any kinds.
    ///
    /// @param documents by name, in their order
    public static Differences of(Map<String, ? extends JsonNode> documents) {
        List<Map<String, String>> asked = new ArrayList<>();
        List<Map<String, Double>> found = new ArrayList<>();
        List<String> commands = new ArrayList<>();
        for (JsonNode document : documents.values()) {
            Map<String, String> settings = new LinkedHashMap<>();
            Map<String, Double> figures = new LinkedHashMap<>();
            flatten(document, "", false, settings, figures);
            asked.add(settings);
            found.add(figures);
            commands.add(document.path("command").asString(""));
        }
        List<Setting> settings = new ArrayList<>();
        for (String path : paths(asked)) {
            List<@Nullable String> values = values(asked, path);
            if (values.stream().distinct().count() > 1) {
                settings.add(new Setting(path, values));
            }
        }
        List<Figure> figures = new ArrayList<>();
        Set<String> main = new LinkedHashSet<>();
        int same = 0;
        for (String path : paths(found)) {
            List<@Nullable Double> values = values(found, path);
            if (values.stream().distinct().count() == 1) {
                same++;
                continue;
            }
            figures.add(new Figure(path, values, ratio(values)));
            if (MAIN.contains(path.substring(path.lastIndexOf('.') + 1))) {
                main.add(path);
            }
        }
        figures.sort(
                Comparator.comparingDouble((Figure each) -> {
                    Double ratio = each.ratio;
                    return ratio == null ? Double.NEGATIVE_INFINITY : -ratio;
                }));
        return new Differences(
                List.copyOf(documents.keySet()), commands, settings, figures, main, same);
    }

    /// In a sentence.
    public Headline headline() {
        List<String> answer = new ArrayList<>();
        if (results.isEmpty()) {
            answer.add("All " + String.format(Locale.ROOT, "%,d", same) + " figures are the same.");
        } else {
            Figure largest =
                    results.stream()
                            .filter(each -> main.contains(each.path) && each.ratio != null)
                            .findFirst()
                            .orElse(results.getFirst());
            Double ratio = largest.ratio;
            answer.add(
                    "%,d of %,d figures differ; of the main ones %s most%s."
                            .formatted(
                                    results.size(),
                                    results.size() + same,
                                    largest.path,
                                    ratio == null
                                            ? ""
                                            : ", " + RunAnswer.figure(ratio) + " times"));
        }
        return new Headline(
                "Comparison",
                "What is not the same in %s?".formatted(String.join(", ", names)),
                answer,
                List.of(new Headline.Fact("results", Integer.toString(names.size()))));
    }

    private static <T> Set<String> paths(List<Map<String, T>> all) {
        Set<String> paths = new LinkedHashSet<>();
        all.forEach(each -> paths.addAll(each.keySet()));
        return paths;
    }

    private static <T> List<@Nullable T> values(List<Map<String, T>> all, String path) {
        List<@Nullable T> values = new ArrayList<>();
        all.forEach(each -> values.add(each.get(path)));
        return values;
    }

    private static @Nullable Double ratio(List<@Nullable Double> values) {
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (Double value : values) {
            double size = value == null ? 0 : Math.abs(value);
            least = Math.min(least, size);
            most = Math.max(most, size);
        }
        return least == 0 ? null : (Double) (most / least);
    }

    /// Numbers are figures, texts are settings, and all in what was asked is a setting.
    private static void flatten(
            JsonNode node,
            String path,
            boolean asked,
            Map<String, String> settings,
            Map<String, Double> figures) {
        if (node.isObject()) {
            node.forEachEntry((field, value) -> {
                if (!PASSING.contains(field)) {
                    String here = path.isEmpty() ? field : path + "." + field;
                    boolean is = asked || ASKED.contains(field);
                    flatten(value, here, is, settings, figures);
                }
            });
        } else if (node.isArray()) {
            int number = 0;
            for (JsonNode each : node) {
                number++;
                flatten(each, path + "." + name(each, number), asked, settings, figures);
            }
        } else if (node.isNumber() && !asked) {
            figures.put(path, node.asDouble());
        } else if (!node.isNull() && !isProse(path)) {
            settings.put(path, node.asString());
        }
    }

    /// What an element of a list is called.
    private static String name(JsonNode each, int number) {
        String own = each.path("name").asString("");
        String configured = each.path("configuration").path("name").asString("");
        String step = each.path("step").asString("");
        return !own.isEmpty()
                ? own
                : !configured.isEmpty()
                        ? configured + suffix(each)
                        : !step.isEmpty() ? step.toLowerCase(Locale.ROOT) + number : "" + number;
    }

    private static String suffix(JsonNode run) {
        for (String field : List.of("ending", "ablation", "label")) {
            String more = run.path(field).asString("");
            if (!more.isEmpty()) {
                return " " + more;
            }
        }
        return "";
    }

    /// What is written for people, and changes with the figures.
    private static boolean isProse(String path) {
        return path.startsWith("assumptions")
                || path.startsWith("missing")
                || path.startsWith("failures")
                || path.startsWith("caveats");
    }
}
