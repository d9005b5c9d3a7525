package org.gleaner.lab.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.input.Input;
import org.gleaner.lab.scenario.Node;
import org.gleaner.lab.scenario.Yaml;
import org.gleaner.lab.size.Size;
import org.gleaner.lab.size.Span;

/// A population as a file: what it is like, and its VMs.
public final class PopulationFile {

    private static final int MOST = 16 << 20;
    private static final double GIB = 1L << 30;
    private static final List<String> TOP = List.of("like", "seed", "returns", "vms");
    private static final List<String> LIKE = List.of("source", "size", "life", "touched", "cold");
    private static final List<String> VM =
            List.of("name", "size", "life", "touched", "cold", "busy", "idle", "seed");

    private final String source;

    private PopulationFile(String source) {
        this.source = source;
    }

    /// Whether a file is meant as one, and not as a table.
    public static boolean isMeant(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }

    /// What VMs of a population are to be like; the VMs that the file may have do not matter.
    ///
    /// @throws BadInput if it is no such file; the place is its line
    public static FleetDescription description(Path path, Input input) {
        PopulationFile file = new PopulationFile(Input.place(path));
        return file.like(file.top(path, input));
    }

    /// A whole population.
    ///
    /// @throws BadInput if it is no such file; the place is its line
    public static MadePopulation read(Path path, Input input) {
        PopulationFile file = new PopulationFile(Input.place(path));
        Node.Mapping top = file.top(path, input);
        Node vms = file.need(top, "vms");
        if (!(vms instanceof Node.Listing listing) || listing.items().isEmpty()) {
            throw bad(vms, "vms is no list of VMs", "make one: gleaner fleet population");
        }
        return new MadePopulation(
                file.like(top),
                whole(file.need(top, "seed")),
                percent(file.need(top, "returns")),
                listing.items().stream().map(file::vm).toList());
    }

    private Node.Mapping top(Path path, Input input) {
        return mapping(Yaml.read(source, true, input.text(path, MOST, "a population")), TOP);
    }

    private FleetDescription like(Node.Mapping top) {
        Node.Mapping like = mapping(need(top, "like"), LIKE);
        return new FleetDescription(
                text(need(like, "source")),
                percentiles(need(like, "size"), PopulationFile::gib),
                percentiles(need(like, "life"), PopulationFile::seconds),
                percentiles(need(like, "touched"), PopulationFile::percent),
                percentiles(need(like, "cold"), PopulationFile::percent),
                List.of());
    }

    private MadeVm vm(Node node) {
        Node.Mapping vm = mapping(node, VM);
        return new MadeVm(
                text(need(vm, "name")),
                gib(need(vm, "size")),
                seconds(need(vm, "life")),
                percent(need(vm, "touched")),
                percent(need(vm, "cold")),
                text(need(vm, "busy")),
                percent(need(vm, "idle")),
                whole(need(vm, "seed")));
    }

    private static Node.Mapping mapping(Node node, List<String> keys) {
        if (!(node instanceof Node.Mapping mapping)) {
            throw bad(node, "is no list of keys", "known: " + String.join(", ", keys));
        }
        mapping.entries()
                .forEach((key, entry) -> {
                    if (!keys.contains(key)) {
                        throw new BadInput(
                                entry.key().toString(),
                                "unknown key '" + key + "'",
                                Nearest.mend(key, keys));
                    }
                });
        return mapping;
    }

    private Node need(Node.Mapping mapping, String key) {
        Node.Entry entry = mapping.entries().get(key);
        if (entry == null) {
            throw bad(mapping, "lacks '" + key + "'", "add it");
        }
        return entry.value();
    }

    private static Percentiles percentiles(Node node, ToDoubleFunction<Node> value) {
        String form = "write {0: LEAST, 50: MEDIAN, 100: MOST}";
        if (!(node instanceof Node.Mapping mapping) || !mapping.entries().containsKey("100")) {
            throw bad(node, "has no value for 100 percent", form);
        }
        NavigableMap<Integer, Double> values = new TreeMap<>();
        for (Map.Entry<String, Node.Entry> each : mapping.entries().entrySet()) {
            Node at = each.getValue().value();
            if (!each.getKey().matches("\\d{1,2}|100")) {
                throw new BadInput(
                        each.getValue().key().toString(),
                        "'" + each.getKey() + "' is no whole percent",
                        form);
            }
            values.put(Integer.parseInt(each.getKey()), value.applyAsDouble(at));
        }
        double before = 0;
        for (double each : values.values()) {
            if (each < before) {
                throw bad(node, "its values do not grow with the percent", form);
            }
            before = each;
        }
        return new Percentiles(values);
    }

    private static String text(Node node) {
        if (!(node instanceof Node.Scalar scalar) || scalar.text().isEmpty()) {
            throw bad(node, "is no value", "write one");
        }
        return scalar.text();
    }

    private static double gib(Node node) {
        try {
            if (Size.parse(text(node)) instanceof Size.Bytes bytes) {
                return bytes.count() / GIB;
            }
        } catch (BadInput e) {
            throw bad(node, e.what(), e.mend());
        }
        throw bad(node, "is a share of nothing", "give an amount, such as 4GiB");
    }

    private static double seconds(Node node) {
        try {
            return Span.parse(text(node)).nanos() / 1e9;
        } catch (BadInput e) {
            throw bad(node, e.what(), e.mend());
        }
    }

    private static double percent(Node node) {
        String text = text(node);
        if (text.matches("\\d{1,3}(\\.\\d{1,9})?%")) {
            double value = Double.parseDouble(text.substring(0, text.length() - 1));
            if (value <= 100) {
                return value;
            }
        }
        throw bad(node, "'" + text + "' is no share", "write 0% to 100%");
    }

    private static long whole(Node node) {
        try {
            return Long.parseLong(text(node));
        } catch (NumberFormatException e) {
            throw bad(node, "'" + text(node) + "' is no whole number", "write digits alone");
        }
    }

    private static BadInput bad(Node node, String what, String mend) {
        return new BadInput(node.place().toString(), what, mend);
    }

    /// The text of a file that is read back as the same population, to the digits that it has.
    public static String text(MadePopulation population) {
        FleetDescription like = population.like();
        StringBuilder text = new StringBuilder();
        text.append("# VMs that hosts can be filled with: gleaner help fleet pack\n");
        like.assumed().forEach(each -> text.append("# assumed: ").append(each).append('\n'));
        text.append("like:\n");
        text.append("  source: '").append(like.source().replace("'", "''")).append("'\n");
        text.append("  # by percent of VMs, what they do not exceed\n");
        line(text, "size", like.size(), PopulationFile::size);
        line(text, "life", like.life(), PopulationFile::span);
        line(text, "touched", like.touched(), PopulationFile::share);
        line(text, "cold", like.cold(), PopulationFile::share);
        text.append("seed: ").append(population.seed()).append('\n');
        text.append("returns: ")
                .append(share(population.returnsPercent()))
                .append(" # of cold memory, in a minute\n");
        text.append("vms:\n");
        for (MadeVm vm : population.vms()) {
            text.append(
                    "  - {name: %s, size: %s, life: %s, touched: %s, cold: %s, busy: '%s', idle: %s, seed: %d}%n"
                            .formatted(
                                    vm.name(),
                                    size(vm.sizeGib()),
                                    span(vm.lifeSeconds()),
                                    share(vm.touchedPercent()),
                                    share(vm.coldPercent()),
                                    vm.busy().replace("'", "''"),
                                    share(vm.idlePercent()),
                                    vm.seed()));
        }
        return text.toString();
    }

    private interface Form {
        String of(double value);
    }

    private static void line(StringBuilder text, String key, Percentiles values, Form form) {
        List<String> pairs = new ArrayList<>();
        values.values().forEach((percent, value) -> pairs.add(percent + ": " + form.of(value)));
        text.append("  ").append(key).append(": {").append(String.join(", ", pairs));
        text.append("}\n");
    }

    private static String size(double gib) {
        long pages = Math.max(1, Math.round(gib * GIB / Size.PAGE));
        return new Size.Bytes(pages * Size.PAGE).toString();
    }

    private static String span(double seconds) {
        return String.format(Locale.ROOT, "%.3fs", seconds);
    }

    private static String share(double percent) {
        return String.format(Locale.ROOT, "%.4f%%", percent);
    }
}
