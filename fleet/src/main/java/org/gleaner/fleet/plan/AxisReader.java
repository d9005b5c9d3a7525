package org.gleaner.fleet.plan;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.scenario.Node;

/// Reads what a key varies over: a list of values, or `{from: 90%, to: 10%, steps: 9}`.
final class AxisReader {

    private static final List<String> KEYS = List.of("from", "to", "steps", "scale", "digits");
    private static final Pattern NUMBER = Pattern.compile("(-?[0-9]+(?:\\.[0-9]+)?)([%A-Za-z]*)");
    private static final int MOST_STEPS = 1_000_000;
    private static final int MOST_DIGITS = 9;

    private AxisReader() {}

    static Axis axis(String key, Node node) {
        return node instanceof Node.Mapping range
                ? range(key, range)
                : new Axis.Listed(key, texts(node));
    }

    /// One or more values, each once.
    static List<String> texts(Node node) {
        if (!(node instanceof Node.Listing list)) {
            return List.of(SweepReader.text(node));
        }
        List<String> values = new ArrayList<>();
        for (Node item : list.items()) {
            String value = SweepReader.text(item);
            if (values.contains(value)) {
                throw SweepReader.bad(item, "'" + value + "' is there twice", "give each once");
            }
            values.add(value);
        }
        if (values.isEmpty()) {
            throw SweepReader.bad(node, "an empty list makes no point", "list one value or more");
        }
        return values;
    }

    private static Axis range(String key, Node.Mapping node) {
        for (Map.Entry<String, Node.Entry> each : node.entries().entrySet()) {
            if (!KEYS.contains(each.getKey())) {
                throw new BadInput(
                        each.getValue().key().toString(),
                        "no such key '" + each.getKey() + "'",
                        Nearest.mend(each.getKey(), KEYS));
            }
        }
        Matcher from = bound(node, "from");
        Matcher to = bound(node, "to");
        if (!from.group(2).equals(to.group(2))) {
            throw SweepReader.bad(node, "'from' and 'to' have different units", "give both in one");
        }
        BigDecimal low = new BigDecimal(from.group(1));
        BigDecimal high = new BigDecimal(to.group(1));
        boolean log = log(node);
        if (log && (low.signum() <= 0 || high.signum() <= 0)) {
            throw SweepReader.bad(node, "a log scale has no 0", "begin above it");
        }
        int written = Math.max(low.scale(), high.scale());
        int digits = number(node, "digits", written, 0, MOST_DIGITS);
        int steps = number(node, "steps", 2, 2, MOST_STEPS);
        return new Axis.Range(key, low, high, digits, from.group(2), log, steps);
    }

    private static boolean log(Node.Mapping node) {
        Node.Entry entry = node.entries().get("scale");
        String word = entry == null ? "linear" : SweepReader.text(entry.value());
        if (!List.of("linear", "log").contains(word)) {
            throw SweepReader.bad(
                    Objects.requireNonNull(entry).value(),
                    "'" + word + "' is no scale",
                    "write linear or log");
        }
        return word.equals("log");
    }

    private static Matcher bound(Node.Mapping node, String key) {
        Node.Entry entry = node.entries().get(key);
        if (entry == null) {
            throw SweepReader.bad(node, "a range without '" + key + "'", "give it, or list values");
        }
        Matcher matcher = NUMBER.matcher(SweepReader.text(entry.value()));
        if (!matcher.matches()) {
            throw SweepReader.bad(entry.value(), "is no number", "write one such as 90% or 4096p");
        }
        return matcher;
    }

    private static int number(Node.Mapping node, String key, int usual, int least, int most) {
        Node.Entry entry = node.entries().get(key);
        if (entry == null) {
            return usual;
        }
        try {
            int value = Integer.parseInt(SweepReader.text(entry.value()));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw SweepReader.bad(
                entry.value(), "'" + key + "' is out of range", "give " + least + " to " + most);
    }
}
