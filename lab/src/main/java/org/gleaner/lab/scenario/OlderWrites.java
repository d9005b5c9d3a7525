package org.gleaner.lab.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gleaner.lab.BadInput;

/// A scenario's tree with the commands that it spells in the older way, as [CgroupWrite]s in a list
/// `writes`, turned into items of `host.commands`, behind those that are there. Each part keeps the
/// place where it was written.
///
/// @param tree without `writes`
/// @param first of the commands that were spelled so
record OlderWrites(Node.Mapping tree, int first) {

    private static final String WRITES = "writes";
    private static final Pattern COMMAND = Pattern.compile("host\\.commands\\.(\\d+)(\\..*)?");

    /// The older words for the parts of a command.
    private static final Map<String, String> KEYS =
            Map.of(".at", ".atMillis", ".to", ".file", ".write", ".value");

    /// @throws BadInput if a write is none
    static OlderWrites in(Node.Mapping tree) {
        Node.Entry writes = tree.entries().get(WRITES);
        List<Node> commands = new ArrayList<>();
        if (tree.entries().get("host") instanceof Node.Entry(_, Node.Mapping host)
                && host.entries().get("commands") instanceof Node.Entry(_, Node.Listing listed)) {
            commands.addAll(listed.items());
        }
        if (writes == null) {
            return new OlderWrites(tree, commands.size());
        }
        // whoever gives this list replaces the one of a bundled scenario, as with any list
        commands.removeIf(each -> each.place().bundled());
        int first = commands.size();
        if (!(writes.value() instanceof Node.Listing listing)) {
            throw new BadInput(
                    writes.key().toString(),
                    "writes is a list of what is written to cgroups",
                    "write commands to host.commands instead");
        }
        for (Node each : listing.items()) {
            commands.add(command(each, WRITES + "." + (commands.size() - first), swappiness(tree)));
        }
        Map<String, Node.Entry> rest = new LinkedHashMap<>(tree.entries());
        rest.remove(WRITES);
        Node list = new Node.Listing(listing.place(), commands);
        Node host = mapping(listing.place(), Map.of("commands", list));
        Node.Mapping both =
                new Node.Mapping(tree.place(), rest)
                        .under((Node.Mapping) mapping(tree.place(), Map.of("host", host)));
        return new OlderWrites(both, first);
    }

    /// The host's own, as far as it is a number.
    private static String swappiness(Node.Mapping tree) {
        return tree.entries().get("host") instanceof Node.Entry(_, Node.Mapping host)
                        && host.entries().get("swappiness")
                                instanceof Node.Entry(_, Node.Scalar scalar)
                ? scalar.text()
                : "";
    }

    private static Node command(Node node, String path, String swappiness) {
        CgroupWrite write = Binder.record(CgroupWrite.class, node, path);
        Map<String, Node.Entry> entries = ((Node.Mapping) node).entries();
        if (!write.file().ofCgroup() || write.atMillis() < 0) {
            boolean early = write.atMillis() < 0;
            throw new BadInput(
                    place(entries, early ? "atMillis" : "file").toString(),
                    path
                            + (early
                                    ? ".atMillis: " + write.atMillis() + " is out of range"
                                    : ".file: " + write.file().label() + " is no cgroup's"),
                    early ? "give 0 or more" : "write it as a command of host.commands");
        }
        Map<String, Node> parts = new LinkedHashMap<>();
        parts.put("at", scalar(entries, "atMillis", "populated+" + write.atMillis() + "ms"));
        parts.put("to", scalar(entries, "file", write.file().label()));
        parts.put("guest", scalar(entries, "guest", write.guest()));
        parts.put("write", scalar(entries, "value", write.text(swappiness)));
        return mapping(node.place(), parts);
    }

    private static Place place(Map<String, Node.Entry> entries, String key) {
        return Objects.requireNonNull(entries.get(key)).value().place();
    }

    private static Node scalar(Map<String, Node.Entry> entries, String key, String text) {
        return new Node.Scalar(place(entries, key), text);
    }

    private static Node mapping(Place place, Map<String, Node> parts) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        parts.forEach((key, node) -> entries.put(key, new Node.Entry(place, node)));
        return new Node.Mapping(place, entries);
    }

    /// A path of the tree, as it was spelled.
    String spelled(String path) {
        Matcher command = COMMAND.matcher(path);
        if (!command.matches() || Integer.parseInt(command.group(1)) < first) {
            return path;
        }
        String key = Objects.requireNonNullElse(command.group(2), "");
        return WRITES
                + "."
                + (Integer.parseInt(command.group(1)) - first)
                + KEYS.getOrDefault(key, key);
    }
}
