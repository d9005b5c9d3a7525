package org.gleaner.lab.validate;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;

/// Reads a table of published times: comma-separated, with the columns of a [PublishedTime] in any
/// order.
public final class PublishedTable {
    private static final String MEND = "give rows as validation/timing.csv has them";
    private static final int MOST_VCPUS = 1024;
    private static final int MOST_PERCENT = 1000;
    private static final double MOST = 1e6;

    private PublishedTable() {}

    /// The rows of a table in their order, one or more.
    ///
    /// @throws BadInput for a file that is not there or no such table, with the line
    public static List<PublishedTime> read(Path file, Input input) {
        HeadedRows table = new HeadedRows(new CommaFile(file, input, MEND));
        table.allow(PublishedTime.COLUMNS);
        PublishedTime.COLUMNS.forEach(table::demand);
        List<PublishedTime> rows = table.each(PublishedTable::row);
        Set<String> ids = new HashSet<>();
        for (PublishedTime row : rows) {
            if (!ids.add(row.id())) {
                throw new BadInput(row.place(), "id '" + row.id() + "' stands twice", MEND);
            }
        }
        return rows;
    }

    private static PublishedTime row(HeadedRows.Row row) {
        String within = row.word("within");
        if (row.word("basis").equals(PublishedTime.WAITING) && !within.isEmpty()) {
            throw new BadInput(
                    "", "a bound of what is waiting", "leave 'within' of such a row empty");
        }
        return new PublishedTime(
                row.place(),
                name(row, "id"),
                row.word("source"),
                name(row, "scenario"),
                number(row, "vcpus", 1, MOST_VCPUS),
                configuration(row),
                Timed.of(row.word("metric")),
                value(row.word("value")),
                within.isEmpty() ? null : number(row, "within", 1, MOST_PERCENT),
                name(row, "basis"));
    }

    /// A word that may be the name of a file or of a column.
    private static String name(HeadedRows.Row row, String column) {
        return named(column, row.word(column));
    }

    private static String named(String column, String word) {
        if (!word.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")) {
            throw new BadInput(
                    "", column + " '" + word + "' is no name", "use letters, digits, '-' and '.'");
        }
        return word;
    }

    /// A name, or two with a slash between.
    private static String configuration(HeadedRows.Row row) {
        String word = row.word("configuration");
        String[] parts = word.split("/", -1);
        if (parts.length > 2) {
            throw new BadInput("", "configuration '" + word + "'", "give one, or a ratio: A/B");
        }
        for (String each : parts) {
            named("configuration", each);
        }
        return word;
    }

    private static int number(HeadedRows.Row row, String column, int least, int most) {
        String word = row.word(column);
        if (word.matches("\\d{1,9}")) {
            int number = Integer.parseInt(word);
            if (number >= least && number <= most) {
                return number;
            }
        }
        throw new BadInput(
                "", column + " '" + word + "'", "give a number from " + least + " to " + most);
    }

    private static double value(String word) {
        if (word.matches("\\d{1,7}(\\.\\d{1,12})?")) {
            double value = Double.parseDouble(word);
            if (value > 0 && value <= MOST) {
                return value;
            }
        }
        throw new BadInput("", "value '" + word + "'", "give a number such as 1.25");
    }
}
