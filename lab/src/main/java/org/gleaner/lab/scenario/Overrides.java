package org.gleaner.lab.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;

/// Lays `--set host.cpus=128` over a scenario. A part of the path that is a number counts items of
/// a list from 0; the value is YAML, so that lists and mappings can be given too.
final class Overrides {

    private static final String EXAMPLE = "write --set host.cpus=128";

    private final String setting;
    private final Place place;

    private Overrides(String setting, Place place) {
        this.setting = setting;
        this.place = place;
    }

    /// `base` with every one of `settings` laid over it, in their order.
    ///
    /// @throws BadInput if a setting has no path or value, or leads through something that has no
    ///     parts
    static Node.Mapping apply(Node.Mapping base, List<String> settings) {
        Node.Mapping tree = base;
        for (String setting : settings) {
            tree = new Overrides(setting, new Place("--set " + setting, 0, 0)).over(tree);
        }
        return tree;
    }

    private Node.Mapping over(Node.Mapping tree) {
        int equals = setting.indexOf('=');
        if (equals <= 0) {
            throw bad("is not of the form KEY=VALUE", EXAMPLE);
        }
        List<String> path = List.of(setting.substring(0, equals).split("\\.", -1));
        String text = setting.substring(equals + 1);
        if (path.contains("") || text.isBlank()) {
            throw bad(text.isBlank() ? "has no value" : "has an empty part", EXAMPLE);
        }
        if (path.getFirst().equals("kind")) {
            throw bad("the kind cannot be changed", "run the scenario of that kind instead");
        }
        Node value = Yaml.read(place.source(), false, text);
        return (Node.Mapping) set(tree, path, value);
    }

    private Node set(Node node, List<String> path, Node value) {
        if (path.isEmpty()) {
            return Node.overlay(node, value);
        }
        String part = path.getFirst();
        List<String> rest = path.subList(1, path.size());
        return switch (node) {
            case Node.Mapping mapping -> setKey(mapping, part, rest, value);
            case Node.Listing listing -> setItem(listing, part, rest, value);
            case Node.Scalar _ -> throw bad("nothing lies under a single value", EXAMPLE);
        };
    }

    private Node setKey(Node.Mapping mapping, String key, List<String> rest, Node value) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(mapping.entries());
        Node.Entry old = entries.get(key);
        Node below = old == null ? nothing(rest) : old.value();
        entries.put(key, new Node.Entry(place, set(below, rest, value)));
        return new Node.Mapping(mapping.place(), entries);
    }

    private Node setItem(Node.Listing listing, String part, List<String> rest, Node value) {
        List<Node> items = new ArrayList<>(listing.items());
        int index = part.matches("\\d{1,6}") ? Integer.parseInt(part) : items.size();
        if (index >= items.size()) {
            throw bad(
                    "'" + part + "' is no item of that list",
                    "count from 0 to " + (items.size() - 1));
        }
        items.set(index, set(items.get(index), rest, value));
        return new Node.Listing(listing.place(), items);
    }

    /// Stands for a key that is not there yet; whether it may be is found out when the record is
    /// made.
    private Node nothing(List<String> rest) {
        return rest.isEmpty()
                ? new Node.Scalar(place, "")
                : new Node.Mapping(place, new LinkedHashMap<>());
    }

    private BadInput bad(String what, String mend) {
        return new BadInput(place.toString(), what, mend);
    }
}
