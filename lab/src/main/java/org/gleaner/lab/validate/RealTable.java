package org.gleaner.lab.validate;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.nio.file.Path;
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

    private final HeadedRows rows;

    private RealTable(CommaFile file) {
        rows = new HeadedRows(file);
    }

    /// The cells of a table in their order, each with its repetitions.
    ///
    /// @param input how the file is read
    /// @throws BadInput for a file that is not there or no such table, with the line
    public static List<RealRuns> read(Path file, Input input) {
        return new RealTable(new CommaFile(file, input, MEND)).cells();
    }

    private List<RealRuns> cells() {
        demandColumns();
        return rows.each(this::row).stream()
                .collect(groupingBy(RealRuns.Row::cell, LinkedHashMap::new, toList()))
                .values()
                .stream()
                .map(RealRuns::of)
                .toList();
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

    private RealRuns.Row row(HeadedRows.Row row) {
        Cell cell =
                new Cell(
                        row.kernel(),
                        row.word("trace"),
                        row.word("mode"),
                        row.word("kind"),
                        row.word("swap"),
                        Math.toIntExact(row.number("page_cluster", 9)),
                        row.number("age_every", Long.MAX_VALUE),
                        row.number("mem_pages", Long.MAX_VALUE),
                        rows.has(OPTIONAL) ? row.word(OPTIONAL) : "never",
                        machine(row));
        check(cell);
        Map<String, Long> numbers = new HashMap<>();
        for (String column : NUMBERS) {
            numbers.put(column, row.number(column, Long.MAX_VALUE));
        }
        if (Stage2Counter.COLUMNS.stream().allMatch(rows::has)) {
            for (String column : Stage2Counter.COLUMNS) {
                numbers.put(column, row.number(column, Integer.MAX_VALUE));
            }
        }
        return new RealRuns.Row(cell, row.place(), numbers);
    }

    private RealMachine machine(HeadedRows.Row row) {
        if (!RealMachine.COLUMNS.stream().allMatch(rows::has)) {
            return RealMachine.UNSAID;
        }
        return new RealMachine(
                row.word("arch"),
                row.word("cpu"),
                Math.toIntExact(row.number("page_size", LARGEST_PAGE)),
                row.word("variant"),
                row.word("lru_gen"));
    }

    private static void check(Cell cell) {
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
}
