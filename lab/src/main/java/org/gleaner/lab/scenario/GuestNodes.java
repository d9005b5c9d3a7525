package org.gleaner.lab.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.gleaner.lab.BadInput;

/// The guests of a tree, as a file writes them, made into one item for each with all its keys.
final class GuestNodes {
    private static final String COUNT = "count";
    private static final int MOST = 64;

    /// What guests are where a file leaves it out.
    private static final Map<String, String> GUEST =
            Map.ofEntries(
                    Map.entry("memory", "100%"),
                    Map.entry("workload", "loop"),
                    Map.entry("workingSet", "100%"),
                    Map.entry("populates", "100%"),
                    Map.entry("rounds", "1"),
                    Map.entry("writes", "true"),
                    Map.entry("pauseNanos", "0"),
                    Map.entry("max", "max"),
                    Map.entry("high", "max"),
                    Map.entry("low", "0"),
                    Map.entry("min", "0"),
                    Map.entry("swapMax", "max"));

    private static final Map<String, String> PHASE =
            Map.of("passes", "0", "millis", "0", "workNanos", "0");

    private static final Map<String, String> TOUCH =
            Map.of(
                    "order", "loop",
                    "from", "0",
                    "memory", "100%",
                    "object", "4KiB",
                    "times", "1",
                    "percent", "100",
                    "writes", "false",
                    "shared", "false");

    private GuestNodes() {}

    /// A tree in which each guest that says `count: N` stands N times, with 1 to N behind its name.
    ///
    /// @throws BadInput if that is no number of guests
    static Node.Mapping counted(Node.Mapping tree) {
        Node.Entry guests = tree.entries().get("guests");
        if (guests == null || !(guests.value() instanceof Node.Listing listing)) {
            return tree;
        }
        List<Node> items = new ArrayList<>();
        for (Node item : listing.items()) {
            if (item instanceof Node.Mapping mapping && mapping.entries().containsKey(COUNT)) {
                items.addAll(copies(mapping));
            } else {
                items.add(item);
            }
        }
        Map<String, Node.Entry> entries = new LinkedHashMap<>(tree.entries());
        Node all = new Node.Listing(listing.place(), items);
        entries.put("guests", new Node.Entry(guests.key(), all));
        return new Node.Mapping(tree.place(), entries);
    }

    private static List<Node> copies(Node.Mapping guest) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(guest.entries());
        Node.Entry count = entries.remove(COUNT);
        String text = count != null && count.value() instanceof Node.Scalar s ? s.text() : "";
        int copies = text.matches("\\d{1,2}") ? Integer.parseInt(text) : 0;
        if (copies < 1 || copies > MOST) {
            throw new BadInput(
                    guest.place().toString(),
                    "guests: count '" + text + "' is no number of guests",
                    "give 1 to " + MOST);
        }
        Node.Entry name = entries.get("name");
        List<Node> all = new ArrayList<>();
        for (int i = 1; i <= copies; i++) {
            Map<String, Node.Entry> copy = new LinkedHashMap<>(entries);
            if (name != null && name.value() instanceof Node.Scalar(Place at, String word)) {
                copy.put("name", new Node.Entry(name.key(), new Node.Scalar(at, word + i)));
            }
            all.add(new Node.Mapping(guest.place(), copy));
        }
        return all;
    }

    /// A guest with what it leaves out.
    static Node.Mapping completed(Node.Mapping guest) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(filled(guest, GUEST).entries());
        Node none = new Node.Listing(guest.place(), List.of());
        entries.putIfAbsent("phases", new Node.Entry(guest.place(), none));
        return each(new Node.Mapping(guest.place(), entries), "phases", GuestNodes::phase);
    }

    private static Node.Mapping phase(Node.Mapping phase) {
        return each(filled(phase, PHASE), "touches", touch -> filled(touch, TOUCH));
    }

    private static Node.Mapping each(
            Node.Mapping mapping, String key, UnaryOperator<Node.Mapping> completed) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(mapping.entries());
        entries.computeIfPresent(
                key,
                (_, entry) ->
                        new Node.Entry(
                                entry.key(), ScenarioReader.completed(entry.value(), completed)));
        return new Node.Mapping(mapping.place(), entries);
    }

    private static Node.Mapping filled(Node.Mapping mapping, Map<String, String> defaults) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(mapping.entries());
        defaults.forEach((key, text) ->
                entries.putIfAbsent(
                        key,
                        new Node.Entry(mapping.place(), new Node.Scalar(mapping.place(), text))));
        return new Node.Mapping(mapping.place(), entries);
    }
}
