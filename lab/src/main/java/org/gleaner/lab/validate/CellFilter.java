package org.gleaner.lab.validate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// Chooses cells by their columns: `kernel=6.12,mode=classic`. Several values for one column mean
/// any of them; several columns, all of them.
///
/// @param <T> a cell of a table, with its runs
public final class CellFilter<T> {

    private final List<String> columns;
    private final Function<T, List<String>> values;
    private final Map<String, Set<String>> wanted = new TreeMap<>();

    /// Of replays of one trace.
    ///
    /// @param words each `COLUMN=VALUE`, or several of them with commas between
    /// @throws BadInput for a word that is none, without a place
    public static CellFilter<RealRuns> ofReplays(List<String> words) {
        return new CellFilter<>(Cell.COLUMNS, runs -> runs.cell().values(), words);
    }

    /// Of traces together; see above.
    public static CellFilter<TogetherRuns> ofTogether(List<String> words) {
        return new CellFilter<>(TogetherCell.COLUMNS, runs -> runs.cell().values(), words);
    }

    private CellFilter(List<String> columns, Function<T, List<String>> values, List<String> words) {
        this.columns = columns;
        this.values = values;
        for (String list : words) {
            for (String word : list.split(",", -1)) {
                add(word.strip());
            }
        }
    }

    private void add(String word) {
        int equals = word.indexOf('=');
        if (equals < 1) {
            throw new BadInput(
                    "", "'" + word + "' is no COLUMN=VALUE", "give one such as kernel=6.12");
        }
        String column = word.substring(0, equals).strip();
        if (!columns.contains(column)) {
            throw new BadInput("", "no column '" + column + "'", Nearest.mend(column, columns));
        }
        wanted.computeIfAbsent(column, _ -> new TreeSet<>())
                .add(word.substring(equals + 1).strip());
    }

    /// The cells that are wanted.
    ///
    /// @throws BadInput if that is none of them, naming a value that none has, without a place
    public List<T> of(List<T> cells) {
        List<T> chosen = cells.stream().filter(this::wants).toList();
        if (chosen.isEmpty()) {
            wanted.forEach((column, values) -> checkValues(column, values, cells));
            throw new BadInput("", "no row has all of these", "ask for less");
        }
        return chosen;
    }

    private boolean wants(T cell) {
        return wanted.entrySet().stream()
                .allMatch(each -> each.getValue().contains(value(cell, each.getKey())));
    }

    private void checkValues(String column, Set<String> asked, List<T> cells) {
        List<String> known = cells.stream().map(cell -> value(cell, column)).distinct().toList();
        for (String value : asked) {
            if (!known.contains(value)) {
                throw new BadInput(
                        "",
                        "no row has " + column + "=" + value,
                        "the table has " + String.join(", ", known));
            }
        }
    }

    private String value(T cell, String column) {
        return values.apply(cell).get(columns.indexOf(column));
    }
}
