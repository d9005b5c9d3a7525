package org.gleaner.lab.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// A scenario as it was written, of which nothing has been checked yet.
public final class ScenarioFile {

    private final Node.Mapping tree;
    private final @Nullable Scale scale;

    ScenarioFile(Node.Mapping tree, @Nullable Scale scale) {
        this.tree = tree;
        this.scale = scale;
    }

    /// What it says it is run at, or a result was, unless somebody says otherwise; null where
    /// nothing is said.
    public @Nullable Scale scale() {
        return scale;
    }

    /// What is written in it and in the defaults under it, which is what settings are laid over:
    /// mappings, lists, and texts as they were written.
    ///
    /// @throws org.gleaner.lab.BadInput if its kind is not known
    public Map<String, Object> written() {
        return plain(ScenarioReader.base(tree));
    }

    private static Map<String, Object> plain(Node.Mapping mapping) {
        Map<String, Object> values = new LinkedHashMap<>();
        mapping.entries().forEach((key, entry) -> values.put(key, plain(entry.value())));
        return values;
    }

    private static Object plain(Node node) {
        return switch (node) {
            case Node.Mapping mapping -> plain(mapping);
            case Node.Listing listing -> listing.items().stream().map(each -> plain(each)).toList();
            case Node.Scalar scalar -> scalar.text();
        };
    }

    /// This with other configurations to compare.
    ///
    /// @param configurations each a key's value by the key; what is left out is the host's
    /// @param places where each key comes from, for faults
    public ScenarioFile comparing(
            List<Map<String, String>> configurations, Map<String, String> places) {
        Place all = new Place(String.join(" ", places.values()), 0, 0);
        List<Node> items = new ArrayList<>();
        for (Map<String, String> configuration : configurations) {
            Map<String, Node.Entry> entries = new LinkedHashMap<>();
            configuration.forEach((key, value) -> {
                Place place = new Place(places.getOrDefault(key, all.source()), 0, 0);
                entries.put(key, new Node.Entry(place, new Node.Scalar(place, value)));
            });
            items.add(new Node.Mapping(all, entries));
        }
        Map<String, Node.Entry> entries = new LinkedHashMap<>(tree.entries());
        entries.put("configurations", new Node.Entry(all, new Node.Listing(all, items)));
        return new ScenarioFile(new Node.Mapping(tree.place(), entries), scale);
    }

    /// The scenario.
    ///
    /// @param settings overrides such as `host.cpus=128`, later ones over earlier ones
    /// @param scale what to run it at, applied after all else
    /// @throws org.gleaner.lab.BadInput if anything in it or in the overrides is wrong
    public Scenario scenario(List<String> settings, Scale scale) {
        return ScenarioReader.read(tree, settings, scale);
    }
}
