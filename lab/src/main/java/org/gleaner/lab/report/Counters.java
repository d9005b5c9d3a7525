package org.gleaner.lab.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs side by side, a column for each: the table that kernel counters are compared in.
final class Counters {

    private Counters() {}

    /// An empty table with a column for each of `names`.
    static TextTable table(String corner, List<String> names) {
        return new TextTable(
                1, Stream.concat(Stream.of(corner), names.stream()).toArray(String[]::new));
    }

    /// Adds a row with a cell for each of `runs`.
    static <T> void row(TextTable table, String name, List<T> runs, Function<T, String> cell) {
        table.row(Stream.concat(Stream.of(name), runs.stream().map(cell)).toArray());
    }

    /// Adds a row for each counter that any of `columns` has; `-` where one lacks it.
    static void rows(TextTable table, List<Map<String, Long>> columns) {
        Set<String> names = new LinkedHashSet<>();
        columns.forEach(column -> names.addAll(column.keySet()));
        for (String name : names) {
            row(table, name, columns, column -> cell(column.get(name)));
        }
    }

    private static String cell(@Nullable Long value) {
        return value == null ? "-" : Figures.count(value);
    }
}
