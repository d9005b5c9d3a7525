package org.gleaner.lab.validate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;

/// Reads a table of traces that real kernels replayed together: comma-separated, a heading with the
/// columns in any order, a line for each boot. What is counted of each trace stands in one field,
/// with + between. Columns that are not compared may be there too.
public final class TogetherTable {

    /// Numbers that a line must have for each trace, besides those of its cell.
    private static final List<String> NUMBERS =
            Stream.concat(
                            Stream.of("accesses", "distinct"),
                            TogetherRuns.COUNTED.stream().map(ReclaimCounter::column))
                    .toList();

    private static final String MEND = "give rows as validation/together.sh writes them";

    private final CommaFile file;
    private final List<String> lines;
    private final HeadedRows rows;

    private TogetherTable(CommaFile file) {
        this.file = file;
        lines = file.lines();
        rows = new HeadedRows(file, lines.getFirst());
    }

    /// The cells of a table in their order, each with its boots.
    ///
    /// @throws BadInput for a file that is not there or no such table, with the line
    public static List<TogetherRuns> read(Path file) {
        return read(file, Input.ofProcess());
    }

    /// As above; the file is read by way of `input`.
    public static List<TogetherRuns> read(Path file, Input input) {
        return new TogetherTable(new CommaFile(file, input, MEND)).cells();
    }

    private List<TogetherRuns> cells() {
        demandColumns();
        Map<TogetherCell, List<TogetherRuns.Row>> cells = new LinkedHashMap<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                TogetherRuns.Row row = row(lines.get(i), i + 1);
                cells.computeIfAbsent(row.cell(), _ -> new ArrayList<>()).add(row);
            }
        }
        if (cells.isEmpty()) {
            throw new BadInput(file.place(), "has a heading and no rows", MEND);
        }
        return cells.values().stream().map(TogetherRuns::of).toList();
    }

    private void demandColumns() {
        Stream.concat(TogetherCell.COLUMNS.stream(), NUMBERS.stream()).forEach(rows::demand);
    }

    private TogetherRuns.Row row(String line, int at) {
        List<String> words = rows.split(line, at);
        List<String> traces = List.of(rows.word(words, "traces").split("\\+", -1));
        int n = traces.size();
        TogetherCell cell =
                new TogetherCell(
                        rows.word(words, "kernel"),
                        traces,
                        rows.word(words, "mode"),
                        rows.word(words, "kind"),
                        Math.toIntExact(one(words, "turn", at, Integer.MAX_VALUE)),
                        one(words, "mem_pages", at, Long.MAX_VALUE),
                        each(words, "high", n, at),
                        each(words, "low", n, at),
                        each(words, "max", n, at));
        try {
            check(cell);
        } catch (BadInput bad) {
            throw bad.at(file.place(at));
        }
        Map<String, List<Long>> numbers = new HashMap<>();
        NUMBERS.forEach(column -> numbers.put(column, each(words, column, n, at)));
        return new TogetherRuns.Row(cell, file.place(at), numbers);
    }

    private static void check(TogetherCell cell) {
        if (!cell.kernel().matches("\\d+\\.\\d+")) {
            throw new BadInput("", "kernel '" + cell.kernel() + "'", "give a series such as 6.12");
        }
        if (cell.traces().size() < 2 || cell.traces().contains("")) {
            throw new BadInput("", "names no traces, two or more with + between", MEND);
        }
        if (cell.memoryPages() == 0 || cell.turn() == 0) {
            throw new BadInput("", "mem_pages or turn is 0", "give pages and accesses");
        }
        // each of these names the words that it knows
        cell.lru();
        cell.through();
    }

    private long one(List<String> words, String column, int at, long most) {
        return number(rows.word(words, column), column, at, most);
    }

    private List<Long> each(List<String> words, String column, int traces, int at) {
        List<Long> numbers = new ArrayList<>();
        for (String word : rows.word(words, column).split("\\+", -1)) {
            numbers.add(number(word, column, at, Long.MAX_VALUE));
        }
        if (numbers.size() != traces) {
            throw new BadInput(
                    file.place(at),
                    column + " has " + numbers.size() + " numbers for " + traces + " traces",
                    MEND);
        }
        return numbers;
    }

    private long number(String word, String column, int at, long most) {
        try {
            long number = Long.parseLong(word);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new BadInput(file.place(at), column + " '" + word + "' is no number from 0", MEND);
    }
}
