package org.gleaner.lab.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.choice.Kernel;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.size.Scale;
import org.jspecify.annotations.Nullable;

/// Reads a scenario: the defaults of its kind, a file laid over them, overrides over both, then
/// checks and scale.
///
/// The bundled scenario of a kind is where its defaults stand, and an experiment of its own
/// besides: who is compared, who is on the host, what is written when, what it is run at. None of
/// that is ever part of somebody else's file.
public final class ScenarioReader {

    /// The kinds. The bundled scenario of a kind has its name. The first is the default.
    public static final List<String> KINDS =
            List.of(
                    MaxGuestMemory.KIND,
                    AccessTracking.KIND,
                    MmuStress.KIND,
                    Neighbours.KIND,
                    PfnDesigns.KIND,
                    DirtyLogPerf.KIND,
                    DemandPaging.KIND,
                    AcrossArchitectures.KIND);

    /// The names of the bundled scenarios: one of each kind, and workloads that are made of one.
    public static final List<String> BUNDLED =
            Stream.concat(KINDS.stream(), Stream.of("multichase-vms", "memcached-vm", "spark-vm"))
                    .toList();

    /// The configuration of a file that compares nothing: the host as it is.
    private static final String ALONE = "host";

    private static final String A_SCENARIO = "a scenario";

    /// What the YAML parser takes.
    private static final int MOST_BYTES = 3 << 20;

    private ScenarioReader() {}

    /// Reads what `word` means: a file's path, or the name of a bundled scenario.
    ///
    /// @param settings overrides such as `host.cpus=128`, later ones over earlier ones
    /// @param scale what to run it at, applied after all else
    /// @throws BadInput if there is no such scenario, or anything in it or in the overrides is
    ///     wrong
    public static Scenario read(String word, List<String> settings, Scale scale) {
        return open(word, Input.ofProcess()).scenario(settings, scale);
    }

    /// What `word` means, as it was written; of a run's `result.json` the scenario in it; `-` is
    /// standard input.
    ///
    /// @throws BadInput if there is no such scenario, or it cannot be read
    public static ScenarioFile open(String word, Input input) {
        Node.Mapping file = BUNDLED.contains(word) ? bundled(word) : file(word, input);
        Node.Entry inner = file.entries().get("scenario");
        if (inner != null && inner.value() instanceof Node.Mapping scenario) {
            return new ScenarioFile(scenario, scale(file.entries().get("scale")));
        }
        Map<String, Node.Entry> rest = new LinkedHashMap<>(file.entries());
        Scale scale = scale(rest.remove("scale"));
        return new ScenarioFile(new Node.Mapping(file.place(), rest), scale);
    }

    private static @Nullable Scale scale(Node.@Nullable Entry entry) {
        if (entry == null || !(entry.value() instanceof Node.Scalar scalar)) {
            return null;
        }
        try {
            return Scale.parse(scalar.text());
        } catch (BadInput bad) {
            throw bad.at(entry.key() + ": scale");
        }
    }

    static Scenario read(Node.Mapping file, List<String> settings, Scale scale) {
        String name = kind(file);
        OlderWrites older = OlderWrites.in(Overrides.apply(base(file, name), settings));
        Node.Mapping tree = GuestNodes.counted(older.tree());
        Scenario scenario = bind(name, tree);
        Checks.check(scenario, path -> find(tree, path).place(), older::spelled);
        if (scale.equals(Scale.FULL)) {
            return scenario;
        }
        Scenario small = scenario.scaled(scale);
        Checks.check(small, _ -> new Place("--scale " + scale, 0, 0), older::spelled);
        return small;
    }

    /// A file with the defaults of its kind under it: what overrides are laid over.
    static Node.Mapping base(Node.Mapping file) {
        return base(file, kind(file));
    }

    private static Node.Mapping base(Node.Mapping file, String kind) {
        boolean whole = file.place().source().equals(Place.bundled(kind + ".yaml"));
        return whole ? file : defaults(bundled(kind)).under(file);
    }

    private static String kind(Node.Mapping file) {
        Node.Entry kind = file.entries().get("kind");
        return kind == null ? KINDS.getFirst() : kind(kind.value());
    }

    /// The text of a bundled scenario, comments and all.
    ///
    /// @param name one of [#BUNDLED]
    public static String text(String name) {
        String resource = name + ".yaml";
        try (InputStream in = ScenarioReader.class.getResourceAsStream(resource)) {
            byte[] bytes = Objects.requireNonNull(in, resource).readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Node.Mapping bundled(String name) {
        return mapping(Place.bundled(name + ".yaml"), text(name), A_SCENARIO);
    }

    /// A bundled scenario without its experiment.
    private static Node.Mapping defaults(Node.Mapping bundled) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(bundled.entries());
        entries.remove("guests");
        entries.remove("scale");
        entries.computeIfPresent(
                "configurations",
                (_, entry) -> new Node.Entry(entry.key(), alone(entry.value().place())));
        entries.computeIfPresent(
                "host", (_, entry) -> new Node.Entry(entry.key(), idle(entry.value())));
        return new Node.Mapping(bundled.place(), entries);
    }

    private static Node alone(Place place) {
        Node name = new Node.Scalar(place, ALONE);
        Node one = new Node.Mapping(place, Map.of("name", new Node.Entry(place, name)));
        return new Node.Listing(place, List.of(one));
    }

    /// A host without commands.
    private static Node idle(Node host) {
        Node none = new Node.Listing(host.place(), List.of());
        Node.Entry commands = new Node.Entry(host.place(), none);
        return Node.overlay(host, new Node.Mapping(host.place(), Map.of("commands", commands)));
    }

    private static Node.Mapping file(String word, Input input) {
        boolean bare = !word.contains("/") && !word.contains(".") && !word.equals("-");
        if (bare && !exists(word)) {
            throw new BadInput(word, "no such scenario", Nearest.mend(word, BUNDLED));
        }
        return mapping(word, input, A_SCENARIO);
    }

    private static boolean exists(String word) {
        try {
            return Files.exists(Path.of(word));
        } catch (InvalidPathException e) {
            return true;
        }
    }

    /// What a file says, or standard input.
    ///
    /// @param kind of thing it is to be, with its article
    /// @throws BadInput if it cannot be read, or does not say keys and values
    static Node.Mapping mapping(String word, Input input, String kind) {
        Path path;
        try {
            path = Path.of(word);
        } catch (InvalidPathException e) {
            throw new BadInput("'" + word + "'", "is no name of a file", "give a path", e);
        }
        return mapping(Input.place(path), input.text(path, MOST_BYTES, kind), kind);
    }

    private static Node.Mapping mapping(String source, String text, String kind) {
        Node node = Yaml.read(source, true, text);
        if (node instanceof Node.Mapping mapping) {
            return mapping;
        }
        throw new BadInput(node.place().toString(), "is not " + kind, "write it as KEY: VALUE");
    }

    private static String kind(Node node) {
        String word = node instanceof Node.Scalar scalar ? scalar.text() : "";
        if (!KINDS.contains(word)) {
            BadInput unknown = Choice.unknown(word, KINDS);
            throw new BadInput(node.place().toString(), "kind: " + unknown.what(), unknown.mend());
        }
        return word;
    }

    private static Scenario bind(String kind, Node.Mapping tree) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(tree.entries());
        entries.remove("kind");
        entries.computeIfPresent(
                "configurations",
                (key, entry) ->
                        new Node.Entry(
                                entry.key(),
                                completed(entry.value(), each -> completed(each, tree))));
        Node vcpus = find(tree, "guest.vcpus");
        entries.computeIfPresent(
                "guests",
                (key, entry) ->
                        new Node.Entry(
                                entry.key(),
                                completed(
                                        entry.value(),
                                        each -> with(GuestNodes.completed(each), "vcpus", vcpus))));
        Node.Mapping rest = new Node.Mapping(tree.place(), entries);
        return switch (kind) {
            case AccessTracking.KIND -> Binder.record(AccessTracking.class, rest, "");
            case MmuStress.KIND -> Binder.record(MmuStress.class, rest, "");
            case DirtyLogPerf.KIND -> Binder.record(DirtyLogPerf.class, rest, "");
            case DemandPaging.KIND -> Binder.record(DemandPaging.class, rest, "");
            case Neighbours.KIND -> Binder.record(Neighbours.class, rest, "");
            case AcrossArchitectures.KIND -> Binder.record(AcrossArchitectures.class, rest, "");
            case PfnDesigns.KIND -> Binder.record(PfnDesigns.class, rest, "");
            default -> Binder.record(MaxGuestMemory.class, rest, "");
        };
    }

    /// The mappings of a list, each completed.
    static Node completed(Node node, UnaryOperator<Node.Mapping> each) {
        if (!(node instanceof Node.Listing listing)) {
            return node;
        }
        List<Node> items = new ArrayList<>();
        for (Node item : listing.items()) {
            items.add(item instanceof Node.Mapping mapping ? each.apply(mapping) : item);
        }
        return new Node.Listing(listing.place(), items);
    }

    private static Node.Mapping with(Node.Mapping mapping, String key, Node value) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(mapping.entries());
        entries.putIfAbsent(key, new Node.Entry(value.place(), value));
        return new Node.Mapping(mapping.place(), entries);
    }

    /// A configuration with what it leaves out taken from the host.
    private static Node.Mapping completed(Node.Mapping configuration, Node.Mapping tree) {
        Map<String, Node.Entry> entries = new LinkedHashMap<>(configuration.entries());
        if (!(find(tree, "host") instanceof Node.Mapping)) {
            return configuration;
        }
        for (String key : List.of("lru", "kernel", "arch", "hardwareAccessed", "pageSize")) {
            Node host = find(tree, "host." + key);
            entries.putIfAbsent(key, new Node.Entry(host.place(), host));
        }
        Node.Entry kernel = Objects.requireNonNull(entries.get("kernel"));
        if (!entries.containsKey("aging") && kernel.value() instanceof Node.Scalar version) {
            boolean hosts = !configuration.entries().containsKey("kernel");
            String path = hosts ? "host.kernel" : "kernel";
            entries.put("aging", new Node.Entry(kernel.key(), aging(path, version)));
        }
        return new Node.Mapping(configuration.place(), entries);
    }

    private static Node aging(String path, Node.Scalar version) {
        try {
            Kernel kernel = Choice.of(Kernel.class, version.text());
            return new Node.Scalar(version.place(), kernel.aging().label());
        } catch (BadInput bad) {
            throw new BadInput(
                    version.place().toString(), path + ": " + bad.what(), bad.mend(), bad);
        }
    }

    /// The node at a dotted path, or the last one on the way to it.
    private static Node find(Node tree, String path) {
        Node node = tree;
        for (String part : path.split("\\.")) {
            Node next =
                    switch (node) {
                        case Node.Mapping mapping when mapping.entries().containsKey(part) ->
                                Objects.requireNonNull(mapping.entries().get(part)).value();
                        case Node.Listing listing when part.matches("\\d{1,6}") ->
                                listing.items().get(Integer.parseInt(part));
                        default -> node;
                    };
            if (next == node) {
                return node;
            }
            node = next;
        }
        return node;
    }
}
