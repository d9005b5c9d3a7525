package org.gleaner.lab.scenario;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// Reads a host by itself: a file with the section `host` of a scenario, and `aging` beside it.
/// What it leaves out is as in the scenario `neighbours`, but for the memory, which it has to say.
public final class HostReader {

    private static final List<String> KEYS = List.of("host", "aging");
    private static final String NAME = "host";

    /// What a scenario needs besides its host, as small as it comes.
    private static final String REST =
            """
            kind: neighbours
            guests: [{name: vm, vcpus: 1}]
            guest: {memory: 4KiB, vcpus: 1}
            """;

    private HostReader() {}

    /// A host as it was written, of which nothing has been checked yet.
    public static final class Written {
        private final Node.Mapping file;

        private Written(Node.Mapping file) {
            this.file = file;
        }

        /// A scenario of kind `neighbours` on that host, with one configuration. Its guests mean
        /// nothing.
        ///
        /// @param settings overrides such as `host.kernel=6.18` or `aging=v6-fast-only`
        /// @throws BadInput if anything in it or in them is wrong
        public Neighbours scenario(List<String> settings) {
            return of(file, settings);
        }
    }

    /// @param word a file's path, or `-` for standard input
    /// @throws BadInput if it cannot be read
    public static Written open(String word, Input input) {
        return new Written(ScenarioReader.mapping(word, input, "a host"));
    }

    private static Neighbours of(Node.Mapping file, List<String> settings) {
        Node.Mapping tree = Overrides.apply(file, settings);
        tree.entries().forEach(HostReader::known);
        Node host = value(tree, "host");
        if (host == null) {
            throw withoutMemory(tree);
        }
        Node memory = host instanceof Node.Mapping mapping ? value(mapping, "memory") : null;
        if (memory instanceof Node.Scalar scalar && scalar.text().contains("%")) {
            throw memory.place()
                    .fault("host.memory", "a share of nothing", "give an amount, such as 64GiB");
        }
        Map<String, Node.Entry> entries = new LinkedHashMap<>();
        Place place = tree.place();
        Node.Mapping rest = (Node.Mapping) Yaml.read(place.source(), true, REST);
        entries.putAll(rest.entries());
        entries.put("host", new Node.Entry(place, host));
        entries.put("configurations", new Node.Entry(place, configurations(tree)));
        Node.Mapping whole = new Node.Mapping(place, entries);
        Neighbours scenario = (Neighbours) ScenarioReader.read(whole, List.of(), Scale.FULL);
        // what is wrong in it comes first: the key may be there with a slip in it
        if (memory == null) {
            throw withoutMemory(host);
        }
        if (!scenario.host().commands().isEmpty()) {
            throw new BadInput(
                    place.toString(),
                    "host.commands: nobody writes commands here",
                    "leave them out, or use them in a scenario");
        }
        return scenario;
    }

    private static BadInput withoutMemory(Node node) {
        return new BadInput(
                node.place().toString(),
                "does not say how much memory the host has",
                "add host: {memory: 64GiB}");
    }

    private static void known(String key, Node.Entry entry) {
        if (!KEYS.contains(key)) {
            throw new BadInput(
                    entry.key().toString(),
                    "unknown key '" + key + "' of a host",
                    Nearest.mend(key, KEYS));
        }
    }

    private static @Nullable Node value(Node.Mapping mapping, String key) {
        Node.Entry entry = mapping.entries().get(key);
        return entry == null ? null : entry.value();
    }

    private static Node configurations(Node.Mapping tree) {
        Place place = tree.place();
        Map<String, Node.Entry> one = new LinkedHashMap<>();
        one.put("name", new Node.Entry(place, new Node.Scalar(place, NAME)));
        Node.Entry aging = tree.entries().get("aging");
        if (aging != null) {
            one.put("aging", aging);
        }
        return new Node.Listing(place, List.of(new Node.Mapping(place, one)));
    }
}
