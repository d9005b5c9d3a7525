package org.gleaner.lab.validate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.input.Input;

/// Reads a table of published times: comma-separated, with the columns of a [PublishedTime] in any
/// order.
public final class PublishedTable {
    private static final String MEND = "give rows as validation/timing.csv has them";
    private static final int MOST_VCPUS = 1024;
    private static final int MOST_PERCENT = 1000;
    private static final double MOST = 1e6;

    private final CommaFile file;
    private final Map<String, Integer> columns = new HashMap<>();

    private PublishedTable(CommaFile file) {
        this.file = file;
    }

    /// The rows of a table in their order, one or more.
    ///
    /// @throws BadInput for a file that is not there or no such table, with the line
    public static List<PublishedTime> read(Path file, Input input) {
        return new PublishedTable(new CommaFile(file, input, MEND)).rows();
    }

    private List<PublishedTime> rows() {
        List<String> lines = file.lines();
        heading(CommaFile.split(lines.getFirst()));
        List<PublishedTime> rows = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            PublishedTime row = row(CommaFile.split(lines.get(i)), i + 1);
            if (!ids.add(row.id())) {
                throw new BadInput(row.place(), "id '" + row.id() + "' stands twice", MEND);
            }
            rows.add(row);
        }
        if (rows.isEmpty()) {
            throw new BadInput(file.place(), "has a heading and no rows", MEND);
        }
        return rows;
    }

    private void heading(List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            if (!PublishedTime.COLUMNS.contains(names.get(i))) {
                throw new BadInput(
                        file.place(1),
                        "unknown column '" + names.get(i) + "'",
                        Nearest.mend(names.get(i), PublishedTime.COLUMNS));
            }
            if (columns.put(names.get(i), i) != null) {
                throw new BadInput(file.place(1), "two columns '" + names.get(i) + "'", MEND);
            }
        }
        for (String each : PublishedTime.COLUMNS) {
            if (!columns.containsKey(each)) {
                throw new BadInput(file.place(1), "no column '" + each + "'", MEND);
            }
        }
    }

    private PublishedTime row(List<String> words, int at) {
        if (words.size() != columns.size()) {
            throw new BadInput(
                    file.place(at),
                    words.size() + " fields where the heading has " + columns.size(),
                    MEND);
        }
        String within = word(words, "within");
        try {
            if (word(words, "basis").equals(PublishedTime.WAITING) && !within.isEmpty()) {
                throw new BadInput(
                        "", "a bound of what is waiting", "leave 'within' of such a row empty");
            }
            return new PublishedTime(
                    file.place(at),
                    name(words, "id"),
                    word(words, "source"),
                    name(words, "scenario"),
                    (int) number(words, "vcpus", 1, MOST_VCPUS),
                    configuration(words),
                    Timed.of(word(words, "metric")),
                    value(word(words, "value")),
                    within.isEmpty() ? null : (int) number(words, "within", 1, MOST_PERCENT),
                    name(words, "basis"));
        } catch (BadInput bad) {
            throw bad.at(file.place(at));
        }
    }

    private String word(List<String> words, String column) {
        return words.get(columns.getOrDefault(column, 0));
    }

    /// A word that may be the name of a file or of a column.
    private String name(List<String> words, String column) {
        return named(column, word(words, column));
    }

    private static String named(String column, String word) {
        if (!word.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")) {
            throw new BadInput(
                    "", column + " '" + word + "' is no name", "use letters, digits, '-' and '.'");
        }
        return word;
    }

    /// A name, or two with a slash between.
    private String configuration(List<String> words) {
        String word = word(words, "configuration");
        String[] parts = word.split("/", -1);
        if (parts.length > 2) {
            throw new BadInput("", "configuration '" + word + "'", "give one, or a ratio: A/B");
        }
        for (String each : parts) {
            named("configuration", each);
        }
        return word;
    }

    private long number(List<String> words, String column, long least, long most) {
        String word = word(words, column);
        if (word.matches("\\d{1,9}")) {
            long number = Long.parseLong(word);
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
