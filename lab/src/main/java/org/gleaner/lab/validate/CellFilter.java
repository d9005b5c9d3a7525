package org.gleaner.lab.validate;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// Chooses cells by their columns: `kernel=6.12,mode=classic`. Several values for one column mean
/// any of them; several columns, all of them.
public final class CellFilter {

    private final Map<String, Set<String>> wanted = new TreeMap<>();

    /// @param words each `COLUMN=VALUE`, or several of them with commas between
    /// @throws BadInput for a word that is none, without a place
    public CellFilter(List<String> words) {
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
        if (!Cell.COLUMNS.contains(column)) {
            throw new BadInput(
                    "", "no column '" + column + "'", Nearest.mend(column, Cell.COLUMNS));
        }
        wanted.computeIfAbsent(column, _ -> new TreeSet<>())
                .add(word.substring(equals + 1).strip());
    }

    /// The cells that are wanted.
    ///
    /// @throws BadInput if that is none of them, naming a value that none has, without a place
    public List<RealRuns> of(List<RealRuns> cells) {
        List<RealRuns> chosen = cells.stream().filter(runs -> wants(runs.cell())).toList();
        if (chosen.isEmpty()) {
            wanted.forEach((column, values) -> checkValues(column, values, cells));
            throw new BadInput("", "no row has all of these", "ask for less");
        }
        return chosen;
    }

    private boolean wants(Cell cell) {
        return wanted.entrySet().stream()
                .allMatch(each -> each.getValue().contains(value(cell, each.getKey())));
    }

    private static void checkValues(String column, Set<String> values, List<RealRuns> cells) {
        List<String> known =
                cells.stream().map(runs -> value(runs.cell(), column)).distinct().toList();
        for (String value : values) {
            if (!known.contains(value)) {
                throw new BadInput(
                        "",
                        "no row has " + column + "=" + value,
                        "the table has " + String.join(", ", known));
            }
        }
    }

    private static String value(Cell cell, String column) {
        return cell.values().get(Cell.COLUMNS.indexOf(column));
    }
}
