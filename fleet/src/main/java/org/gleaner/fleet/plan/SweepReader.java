package org.gleaner.fleet.plan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.choice.Choice;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.scenario.Node;
import org.gleaner.lab.scenario.Yaml;
import org.jspecify.annotations.Nullable;

/// Reads the file of a sweep. What a key's value may be is not checked here but by the command that
/// each point is.
public final class SweepReader {

    private static final List<String> KEYS =
            List.of(
                    "name",
                    "command",
                    "fixed",
                    "vary",
                    "search",
                    "points",
                    "seed",
                    "round",
                    "minimise",
                    "figures",
                    "frontier");

    private static final List<String> SEARCHES = List.of("grid", "random", "bayes");

    private static final List<String> FIGURES_OF_REPLAYS =
            List.of("memoryPages", "vmstat.pgmajfault", "machineSeconds");

    private static final int USUAL_ROUND = 4;
    private static final long MOST_POINTS = 10_000_000;

    /// A model takes the cube of them.
    private static final long MOST_OF_A_MODEL = 1_000;

    private final String source;
    private final Map<String, Node.Entry> entries;

    private SweepReader(String source, Map<String, Node.Entry> entries) {
        this.source = source;
        this.entries = entries;
    }

    /// @throws BadInput if the file cannot be read, or says what no sweep is
    public static Sweep read(Path file, Input input) {
        String source = Input.place(file);
        try {
            String text =
                    input.read(
                            file,
                            bytes -> new String(bytes.readAllBytes(), StandardCharsets.UTF_8));
            return of(source, text);
        } catch (IOException e) {
            throw new BadInput(
                    source, "cannot be read (" + Input.reason(e) + ")", "check the path", e);
        }
    }

    static Sweep of(String source, String text) {
        Node node = Yaml.read(source, true, text);
        if (!(node instanceof Node.Mapping all)) {
            throw bad(node, "is no list of keys", "begin with 'command: replay' or 'command: run'");
        }
        for (Map.Entry<String, Node.Entry> each : all.entries().entrySet()) {
            if (!KEYS.contains(each.getKey())) {
                throw new BadInput(
                        each.getValue().key().toString(),
                        "no such key '" + each.getKey() + "'",
                        Nearest.mend(each.getKey(), KEYS));
            }
        }
        return new SweepReader(source, all.entries()).sweep();
    }

    private Sweep sweep() {
        PointKind kind = kind();
        Map<String, String> fixed = new LinkedHashMap<>();
        mapping("fixed")
                .forEach((key, entry) -> {
                    check(key, entry);
                    fixed.put(key, text(entry.value()));
                });
        List<Axis> axes = new ArrayList<>();
        mapping("vary")
                .forEach((key, entry) -> {
                    check(key, entry);
                    if (fixed.containsKey(key)) {
                        throw bad(
                                entry.value(), "'" + key + "' is fixed too", "keep one of the two");
                    }
                    axes.add(AxisReader.axis(key, entry.value()));
                });
        if (axes.isEmpty()) {
            throw new BadInput(source, "nothing varies", "list values of a key under 'vary:'");
        }
        if (!fixed.containsKey(kind.subject())
                && axes.stream().noneMatch(axis -> axis.key().equals(kind.subject()))) {
            throw new BadInput(
                    source,
                    "no '" + kind.subject() + "' is named",
                    "name it under 'fixed:' or 'vary:'");
        }
        List<String> figures = list("figures");
        if (figures.isEmpty()) {
            figures = kind == PointKind.REPLAY ? FIGURES_OF_REPLAYS : List.of();
        }
        Sweep sweep = new Sweep(name(), kind, fixed, axes, search(), figures, frontier(kind));
        checkSize(sweep);
        return sweep;
    }

    private String name() {
        String file = String.valueOf(Path.of(source).getFileName()).replaceFirst("\\.ya?ml$", "");
        return scalar("name", file).replaceAll("[^A-Za-z0-9._-]+", "-");
    }

    private PointKind kind() {
        List<String> labels = List.of(PointKind.REPLAY.label(), PointKind.RUN.label());
        Node.Entry entry = entries.get("command");
        if (entry == null) {
            throw new BadInput(source, "no 'command' is named", "write 'command: replay' or 'run'");
        }
        String word = text(entry.value());
        return switch (labels.indexOf(word)) {
            case 0 -> PointKind.REPLAY;
            case 1 -> PointKind.RUN;
            default -> throw Choice.unknown(word, labels).at(entry.value().place().toString());
        };
    }

    private Strategy search() {
        String word = scalar("search", "grid");
        long seed = number("seed", 1, Long.MIN_VALUE);
        Strategy search =
                switch (SEARCHES.indexOf(word)) {
                    case 0 -> new Strategy.Grid();
                    case 1 -> new Strategy.Random(number("points", 0, 1), seed);
                    case 2 ->
                            new Strategy.Bayes(
                                    number("points", 0, 1),
                                    seed,
                                    Math.toIntExact(number("round", USUAL_ROUND, 1)),
                                    scalar("minimise", ""));
                    default -> throw Choice.unknown(word, SEARCHES).at(place("search"));
                };
        needs(search, "points", !word.equals("grid"));
        needs(search, "minimise", word.equals("bayes"));
        return search;
    }

    private void needs(Strategy search, String key, boolean needed) {
        if (needed != entries.containsKey(key)) {
            throw new BadInput(
                    place(key),
                    "search: " + search.label() + (needed ? " needs '" : " has no '") + key + "'",
                    needed ? "give it" : "leave it out");
        }
    }

    private List<String> frontier(PointKind kind) {
        List<String> names = list("frontier");
        if (names.isEmpty() && kind == PointKind.REPLAY) {
            return FIGURES_OF_REPLAYS.subList(0, 2);
        }
        if (!names.isEmpty() && names.size() != 2) {
            throw new BadInput(place("frontier"), "has not two figures", "give two");
        }
        return names;
    }

    private void checkSize(Sweep sweep) {
        long points;
        try {
            points = sweep.points();
        } catch (ArithmeticException e) {
            points = Long.MAX_VALUE;
        }
        if (sweep.strategy() instanceof Strategy.Bayes && points > MOST_OF_A_MODEL) {
            throw new BadInput(
                    place("points"),
                    "search: bayes with more than " + MOST_OF_A_MODEL + " points",
                    "give fewer, or use search: random");
        }
        if (points > MOST_POINTS) {
            throw new BadInput(
                    place("vary"),
                    "more than " + MOST_POINTS + " points",
                    "vary less, or use search: random");
        }
    }

    private static void check(String key, Node.Entry entry) {
        if (PointKind.taken(key)) {
            throw new BadInput(
                    entry.key().toString(),
                    "'" + key + "' is none of a point's",
                    "leave it out; a row of the table has all that is known");
        }
    }

    private Map<String, Node.Entry> mapping(String key) {
        Node.Entry entry = entries.get(key);
        if (entry == null) {
            return Map.of();
        }
        if (!(entry.value() instanceof Node.Mapping mapping)) {
            throw bad(
                    entry.value(),
                    "'" + key + "' is no list of keys",
                    "write 'key: value' under it");
        }
        return mapping.entries();
    }

    private List<String> list(String key) {
        Node.Entry entry = entries.get(key);
        return entry == null ? List.of() : AxisReader.texts(entry.value());
    }

    private String scalar(String key, String usual) {
        Node.Entry entry = entries.get(key);
        return entry == null ? usual : text(entry.value());
    }

    private long number(String key, long usual, long least) {
        Node.Entry entry = entries.get(key);
        if (entry == null) {
            return usual;
        }
        try {
            long value = Long.parseLong(text(entry.value()));
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw bad(entry.value(), "'" + key + "' is no such number", "give a whole one, 1 or more");
    }

    private String place(String key) {
        Node.@Nullable Entry entry = entries.get(key);
        return entry == null ? source : entry.value().place().toString();
    }

    static String text(Node node) {
        if (node instanceof Node.Scalar scalar && !scalar.text().isEmpty()) {
            return scalar.text();
        }
        throw bad(node, "is no single value", "write one");
    }

    static BadInput bad(Node node, String what, String mend) {
        return new BadInput(node.place().toString(), what, mend);
    }
}
