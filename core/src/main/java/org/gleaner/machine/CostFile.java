package org.gleaner.machine;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Reads a `.costs` file: one line for each constant, `NAME value unit range # source`. The range,
/// such as `450-900` in the line's unit, may be left out; the value lies in it. Every constant must
/// be there, with its unit and its source, unless the file begins with `like OTHER`: then those
/// that do not stand in it are the other file's.
final class CostFile {
    /// A line of it, in ticks.
    record Entry(long ticks, CostRange range) {}

    private static final String LIKE = "like ";
    private static final double MAX_NANOS = 100e9;

    private final String name;
    private final UnaryOperator<String> text;
    private final Map<Cost, Entry> entries = new EnumMap<>(Cost.class);
    private final Map<Cost, Entry> others = new EnumMap<>(Cost.class);
    private int number;

    private CostFile(String name, UnaryOperator<String> text) {
        this.name = name;
        this.text = text;
    }

    /// @param text what is in the file of a name; fails if there is none
    /// @throws IllegalArgumentException for the first line that is wrong, or a constant that is not
    ///     there
    static Map<Cost, Entry> read(String name, UnaryOperator<String> text) {
        CostFile file = new CostFile(name, text);
        text.apply(name).lines().forEach(file::line);
        for (Cost cost : Cost.values()) {
            Entry other = file.others.get(cost);
            if (other != null) {
                file.entries.putIfAbsent(cost, other);
            } else if (!file.entries.containsKey(cost)) {
                throw file.bad("missing constant " + cost);
            }
        }
        return file.entries;
    }

    private void line(String line) {
        number++;
        if (line.startsWith(LIKE)) {
            if (!entries.isEmpty() || !others.isEmpty()) {
                throw bad("'like' comes first, and once");
            }
            others.putAll(read(line.substring(LIKE.length()).trim(), text));
        } else if (!line.isBlank() && !line.startsWith("#")) {
            constant(line);
        }
    }

    private void constant(String line) {
        int hash = line.indexOf('#');
        String[] parts = (hash < 0 ? line : line.substring(0, hash)).trim().split("\\s+");
        boolean fields = parts.length == 3 || parts.length == 4;
        if (!fields || hash < 0 || line.substring(hash + 1).isBlank()) {
            throw bad("expected 'NAME value unit range # source'");
        }
        Cost cost = cost(parts[0]);
        double unit = nanos(parts[2]);
        long ticks = ticks(parts[1], unit);
        CostRange range = parts.length == 3 ? CostRange.around(ticks) : range(parts[3], unit);
        if (!range.contains(ticks)) {
            throw bad(cost + " is " + parts[1] + ", outside its range " + parts[3]);
        }
        if (entries.put(cost, new Entry(ticks, range)) != null) {
            throw bad(cost + " stands twice");
        }
    }

    private Cost cost(String word) {
        try {
            return Cost.valueOf(word);
        } catch (IllegalArgumentException e) {
            throw bad("unknown constant " + word);
        }
    }

    private double nanos(String unit) {
        return switch (unit) {
            case "ns", "%" -> 1;
            case "us" -> 1e3;
            case "ms" -> 1e6;
            default -> throw bad("unknown unit " + unit + "; known: ns, us, ms, %");
        };
    }

    private CostRange range(String word, double unit) {
        int dash = word.indexOf('-');
        if (dash < 1) {
            throw bad("no range: " + word + "; give one such as 450-900");
        }
        long low = ticks(word.substring(0, dash), unit);
        long high = ticks(word.substring(dash + 1), unit);
        if (low >= high) {
            throw bad("range " + word + " does not go up");
        }
        return new CostRange(low, high, true);
    }

    private long ticks(String word, double unit) {
        double value;
        try {
            value = Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw bad("not a number: " + word);
        }
        if (!(value >= 0 && value * unit < MAX_NANOS)) {
            throw bad(word + " is not between 0 and 100 s");
        }
        return Math.round(value * unit * CostModel.TICKS_PER_NANO);
    }

    private IllegalArgumentException bad(String what) {
        return new IllegalArgumentException(name + ".costs line " + number + ": " + what);
    }
}
