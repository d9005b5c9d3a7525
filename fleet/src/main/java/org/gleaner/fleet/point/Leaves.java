package org.gleaner.fleet.point;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The numbers of a JSON document, by their paths.
///
/// A number that stands once is a figure. What a list holds has the name that it gives itself in
/// its path (`hot.accesses`), none if it is the only run, or else is one number of a curve.
final class Leaves {

    /// What was asked, or differs from run to run, or is told apart from figures.
    private static final Set<String> NO_FIGURES =
            Set.of(
                    "resultFormat",
                    "complete",
                    "asked",
                    "finished",
                    "missing",
                    "command",
                    "version",
                    "date",
                    "scenario",
                    "configuration",
                    "failures",
                    "assumptions",
                    "caveats",
                    "callTrees",
                    "callTree",
                    "wallSeconds",
                    "accessesPerSecond",
                    "seed",
                    "band");

    private final Map<String, Double> figures = new TreeMap<>();
    private final Map<String, List<Double>> curves = new TreeMap<>();

    static Leaves of(JsonNode document) {
        Leaves leaves = new Leaves();
        leaves.add("", document, false);
        return leaves;
    }

    Map<String, Double> figures() {
        return figures;
    }

    Map<String, List<Double>> curves() {
        return curves;
    }

    /// @param several whether others have the same path
    private void add(String path, JsonNode node, boolean several) {
        if (node.isNumber()) {
            if (several) {
                curves.computeIfAbsent(path, _ -> new ArrayList<>()).add(node.doubleValue());
            } else {
                figures.put(path, node.doubleValue());
            }
        } else if (node.isObject()) {
            node.forEachEntry((name, child) -> {
                if (!NO_FIGURES.contains(name)) {
                    add(join(path, name), child, several);
                }
            });
        } else if (node.isArray()) {
            addAll(path, node, several);
        }
    }

    private void addAll(String path, JsonNode list, boolean several) {
        boolean results = path.equals("results");
        boolean runs = path.equals("runs");
        for (JsonNode item : list) {
            String name = results ? null : name(item);
            if (results) {
                add("", item, true);
            } else if (runs && list.size() == 1) {
                add("", item, several);
            } else if (name != null) {
                add(join(runs ? "" : path, name), item, several);
            } else {
                add(path, item, true);
            }
        }
    }

    private static @Nullable String name(JsonNode item) {
        JsonNode own = item.path("name");
        JsonNode configured = item.path("configuration").path("name");
        return own.isString()
                ? own.stringValue()
                : configured.isString() ? configured.stringValue() : null;
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
