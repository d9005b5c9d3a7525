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

    private final HeadedRows rows;

    private TogetherTable(CommaFile file) {
        rows = new HeadedRows(file);
    }

    /// The cells of a table in their order, each with its boots.
    ///
    /// @param input how the file is read
    /// @throws BadInput for a file that is not there or no such table, with the line
    public static List<TogetherRuns> read(Path file, Input input) {
        return new TogetherTable(new CommaFile(file, input, MEND)).cells();
    }

    private List<TogetherRuns> cells() {
        demandColumns();
        return rows.each(TogetherTable::row).stream()
                .collect(groupingBy(TogetherRuns.Row::cell, LinkedHashMap::new, toList()))
                .values()
                .stream()
                .map(TogetherRuns::of)
                .toList();
    }

    private void demandColumns() {
        Stream.concat(TogetherCell.COLUMNS.stream(), NUMBERS.stream()).forEach(rows::demand);
    }

    private static TogetherRuns.Row row(HeadedRows.Row row) {
        List<String> traces = row.words("traces");
        int n = traces.size();
        TogetherCell cell =
                new TogetherCell(
                        row.kernel(),
                        traces,
                        row.word("mode"),
                        row.word("kind"),
                        Math.toIntExact(row.number("turn", Integer.MAX_VALUE)),
                        row.number("mem_pages", Long.MAX_VALUE),
                        row.numbers("high", n),
                        row.numbers("low", n),
                        row.numbers("max", n));
        check(cell);
        Map<String, List<Long>> numbers = new HashMap<>();
        NUMBERS.forEach(column -> numbers.put(column, row.numbers(column, n)));
        return new TogetherRuns.Row(cell, row.place(), numbers);
    }

    private static void check(TogetherCell cell) {
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
}
