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

/// Reads a table of real runs: comma-separated, a heading with the columns in any order, a line for
/// each repetition. Columns that are not compared may be there too.
public final class RealTable {

    /// Numbers that a line must have, besides those of its cell.
    private static final List<String> NUMBERS =
            Stream.concat(
                            Stream.of("accesses", "distinct"),
                            Stream.of(ReclaimCounter.values()).map(ReclaimCounter::column))
                    .toList();

    /// The one column of a cell's own that a table need not have.
    private static final String OPTIONAL = "thp";

    private static final int LARGEST_PAGE = 1 << 20;

    private static final String MEND = "give rows as validation/run.sh --csv writes them";

    private final CommaFile file;
    private final List<String> lines;
    private final HeadedRows rows;

    private RealTable(CommaFile file) {
        this.file = file;
        lines = file.lines();
        rows = new HeadedRows(file, lines.getFirst());
    }

    /// The cells of a table in their order, each with its repetitions.
    ///
    /// @throws BadInput for a file that is not there or no such table, with the line
    public static List<RealRuns> read(Path file) {
        return read(file, Input.ofProcess());
    }

    /// As above; the file is read by way of `input`.
    public static List<RealRuns> read(Path file, Input input) {
        return new RealTable(new CommaFile(file, input, MEND)).cells();
    }

    private List<RealRuns> cells() {
        demandColumns();
        Map<Cell, List<RealRuns.Row>> cells = new LinkedHashMap<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                RealRuns.Row row = row(lines.get(i), i + 1);
                cells.computeIfAbsent(row.cell(), _ -> new ArrayList<>()).add(row);
            }
        }
        if (cells.isEmpty()) {
            throw new BadInput(file.place(), "has a heading and no rows", MEND);
        }
        return cells.values().stream().map(RealRuns::of).toList();
    }

    private void demandColumns() {
        Stream.of(Cell.OWN_COLUMNS, NUMBERS)
                .flatMap(List::stream)
                .filter(needed -> !needed.equals(OPTIONAL))
                .forEach(rows::demand);
        for (List<String> group : List.of(RealMachine.COLUMNS, Stage2Counter.COLUMNS)) {
            if (group.stream().anyMatch(rows::has)) {
                group.forEach(rows::demand);
            }
        }
    }

    private RealRuns.Row row(String line, int at) {
        List<String> words = rows.split(line, at);
        Cell cell =
                new Cell(
                        rows.word(words, "kernel"),
                        rows.word(words, "trace"),
                        rows.word(words, "mode"),
                        rows.word(words, "kind"),
                        rows.word(words, "swap"),
                        Math.toIntExact(number(words, "page_cluster", at, 9)),
                        number(words, "age_every", at, Long.MAX_VALUE),
                        number(words, "mem_pages", at, Long.MAX_VALUE),
                        rows.has(OPTIONAL) ? rows.word(words, OPTIONAL) : "never",
                        machine(words, at));
        try {
            check(cell);
        } catch (BadInput bad) {
            throw bad.at(file.place(at));
        }
        Map<String, Long> numbers = new HashMap<>();
        for (String column : NUMBERS) {
            numbers.put(column, number(words, column, at, Long.MAX_VALUE));
        }
        if (Stage2Counter.COLUMNS.stream().allMatch(rows::has)) {
            for (String column : Stage2Counter.COLUMNS) {
                numbers.put(column, number(words, column, at, Integer.MAX_VALUE));
            }
        }
        return new RealRuns.Row(cell, file.place(at), numbers);
    }

    private RealMachine machine(List<String> words, int at) {
        if (!RealMachine.COLUMNS.stream().allMatch(rows::has)) {
            return RealMachine.UNSAID;
        }
        return new RealMachine(
                rows.word(words, "arch"),
                rows.word(words, "cpu"),
                Math.toIntExact(number(words, "page_size", at, LARGEST_PAGE)),
                rows.word(words, "variant"),
                rows.word(words, "lru_gen"));
    }

    private static void check(Cell cell) {
        if (!cell.kernel().matches("\\d+\\.\\d+")) {
            throw new BadInput("", "kernel '" + cell.kernel() + "'", "give a series such as 6.12");
        }
        if (cell.trace().isEmpty()) {
            throw new BadInput("", "no name of a trace", MEND);
        }
        if (cell.memoryPages() == 0) {
            throw new BadInput("", "mem_pages is 0", "give the limit in pages");
        }
        // each of these names the words that it knows
        cell.lru();
        cell.through();
        cell.swapDevice();
        cell.hugePages();
    }

    private long number(List<String> words, String column, int at, long most) {
        String word = rows.word(words, column);
        try {
            long number = Long.parseLong(word);
            if (number >= 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new BadInput(
                file.place(at),
                column + " '" + word + "' is no number from 0" + (most < 10 ? " to " + most : ""),
                MEND);
    }
}
