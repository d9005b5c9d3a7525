package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One JSON object of the results with several seeds, in the shape of one of them: each figure is
/// the median of all, `least` and `most` have the same shape again, and `bySeed` holds the results
/// themselves.
///
/// What is no figure is the first seed's; something that a seed lacks, such as a configuration in
/// which the guest was killed, is made of the others.
final class SeededJson {

    /// What names a thing in a list, so that it is found in the same list of another seed.
    private static final List<String> NAMES = List.of("name", "of", "to", "ablation");

    /// What is asked for, and so no figure.
    private static final List<String> ASKED = List.of("scenario", "seed");

    /// Which of the figures counts.
    private enum Pick {
        LEAST,
        MEDIAN,
        MOST;

        JsonNode of(List<JsonNode> numbers, int zeros) {
            LongStream none = LongStream.generate(() -> 0).limit(zeros);
            if (numbers.stream().allMatch(JsonNode::isIntegralNumber)) {
                long[] sorted =
                        LongStream.concat(none, numbers.stream().mapToLong(JsonNode::longValue))
                                .sorted()
                                .toArray();
                return JsonNodeFactory.instance.numberNode(
                        switch (this) {
                            case LEAST -> sorted[0];
                            case MEDIAN -> Spread.median(sorted);
                            case MOST -> sorted[sorted.length - 1];
                        });
            }
            double[] sorted =
                    DoubleStream.concat(
                                    none.asDoubleStream(),
                                    numbers.stream().mapToDouble(JsonNode::doubleValue))
                            .sorted()
                            .toArray();
            return JsonNodeFactory.instance.numberNode(
                    switch (this) {
                        case LEAST -> sorted[0];
                        case MEDIAN -> Spread.median(sorted);
                        case MOST -> sorted[sorted.length - 1];
                    });
        }
    }

    private final Pick pick;

    private SeededJson(Pick pick) {
        this.pick = pick;
    }

    /// @param seeds one or more
    /// @param bySeed a result's fields, for each seed
    /// @param failures of all seeds
    static ObjectNode of(
            JsonMapper mapper, List<Long> seeds, List<ObjectNode> bySeed, List<String> failures) {
        ObjectNode document = mapper.createObjectNode();
        document.set("seeds", mapper.valueToTree(seeds));
        document.setAll(new SeededJson(Pick.MEDIAN).result(bySeed));
        document.set("failures", mapper.valueToTree(failures));
        document.set("least", bounds(Pick.LEAST, bySeed));
        document.set("most", bounds(Pick.MOST, bySeed));
        document.set("bySeed", mapper.valueToTree(bySeed));
        return document;
    }

    private static ObjectNode bounds(Pick pick, List<ObjectNode> bySeed) {
        ObjectNode bounds = new SeededJson(pick).result(bySeed);
        ASKED.forEach(bounds::remove);
        bounds.remove("failures");
        return bounds;
    }

    private ObjectNode result(List<ObjectNode> bySeed) {
        ObjectNode result = object(List.copyOf(bySeed), 0);
        for (String asked : ASKED) {
            JsonNode first = bySeed.getFirst().get(asked);
            if (first != null) {
                result.set(asked, first);
            }
        }
        return result;
    }

    /// @param nodes at the same place of each seed's result
    /// @param absent how many seeds lack that place, although a figure there would count as 0
    private JsonNode merge(String key, List<JsonNode> nodes, int absent) {
        JsonNode first = nodes.getFirst();
        if (nodes.stream().allMatch(JsonNode::isNumber)) {
            return pick.of(nodes, absent);
        }
        if (nodes.stream().allMatch(JsonNode::isObject)) {
            return object(nodes, absent);
        }
        if (nodes.stream().allMatch(JsonNode::isArray)) {
            return array(nodes, key.equals("children") ? nodes.size() + absent : 0);
        }
        boolean truth = nodes.stream().allMatch(JsonNode::isBoolean);
        return truth
                ? JsonNodeFactory.instance.booleanNode(
                        nodes.stream().anyMatch(JsonNode::booleanValue))
                : first;
    }

    private ObjectNode object(List<? extends JsonNode> nodes, int absent) {
        Map<String, List<JsonNode>> fields = new LinkedHashMap<>();
        for (JsonNode node : nodes) {
            node.forEachEntry(
                    (key, value) -> fields.computeIfAbsent(key, _ -> new ArrayList<>()).add(value));
        }
        ObjectNode merged = JsonNodeFactory.instance.objectNode();
        fields.forEach((key, values) -> merged.set(key, merge(key, values, absent)));
        return merged;
    }

    /// @param total how many seeds a figure in the list counts for, with 0 where one lacks it; 0 to
    ///     count only those that have it
    private ArrayNode array(List<JsonNode> lists, int total) {
        Map<String, List<JsonNode>> items = new LinkedHashMap<>();
        List<JsonNode> longestFirst =
                lists.stream().sorted(Comparator.comparingInt(JsonNode::size).reversed()).toList();
        for (JsonNode list : longestFirst) {
            Map<String, Integer> seen = new HashMap<>();
            for (JsonNode item : list) {
                String name = name(item);
                String key = name + " " + seen.merge(name, 1, Integer::sum);
                items.computeIfAbsent(key, _ -> new ArrayList<>()).add(item);
            }
        }
        ArrayNode merged = JsonNodeFactory.instance.arrayNode();
        items.values()
                .forEach(nodes -> merged.add(merge("", nodes, Math.max(0, total - nodes.size()))));
        return merged;
    }

    private static String name(JsonNode item) {
        BiFunction<JsonNode, String, String> text =
                (node, key) -> node.has(key) ? node.get(key).asString() : "";
        StringBuilder name = new StringBuilder();
        NAMES.forEach(key -> name.append(text.apply(item, key)).append('/'));
        if (item.has("configuration")) {
            name.append(text.apply(item.get("configuration"), "name"));
        }
        return name.toString();
    }
}
