package org.gleaner.lab.validate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// The lines of a file below a heading whose columns stand in any order.
final class HeadedRows {

    private final CommaFile file;
    private final List<String> lines;
    private final List<String> names;
    private final Map<String, Integer> columns = new HashMap<>();

    /// @throws BadInput for a file that cannot be read or is empty, and a column that is there
    ///   twice
    HeadedRows(CommaFile file) {
        this.file = file;
        lines = file.lines();
        names = CommaFile.split(lines.getFirst());
        for (int i = 0; i < names.size(); i++) {
            if (columns.put(names.get(i), i) != null) {
                throw new BadInput(
                        file.place(1), "two columns '" + names.get(i) + "'", file.mend());
            }
        }
    }

    boolean has(String column) {
        return columns.containsKey(column);
    }

    /// @throws BadInput if there is no such column
    void demand(String needed) {
        if (!has(needed)) {
            String mend =
                    Nearest.to(needed, names)
                            .map(near -> "is '" + near + "' meant?")
                            .orElse(file.mend());
            throw new BadInput(file.place(1), "no column '" + needed + "'", mend);
        }
    }

    /// @throws BadInput for a column that is none of these
    void allow(List<String> known) {
        for (String name : names) {
            if (!known.contains(name)) {
                throw new BadInput(
                        file.place(1), "unknown column '" + name + "'", Nearest.mend(name, known));
            }
        }
    }

    /// What each line that is not blank comes to, in their order.
    ///
    /// @param reader whose [BadInput] gets the place of the line
    /// @throws BadInput for a line with more or fewer fields than the heading, and if there is none
    <T> List<T> each(Function<Row, T> reader) {
        List<T> all = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                String place = file.place(i + 1);
                try {
                    all.add(reader.apply(new Row(place, fields(lines.get(i)))));
                } catch (BadInput bad) {
                    throw bad.at(place);
                }
            }
        }
        if (all.isEmpty()) {
            throw new BadInput(file.place(), "has a heading and no rows", file.mend());
        }
        return all;
    }

    private List<String> fields(String line) {
        List<String> fields = CommaFile.split(line);
        if (fields.size() != columns.size()) {
            throw new BadInput(
                    "",
                    fields.size() + " fields where the heading has " + columns.size(),
                    file.mend());
        }
        return fields;
    }

    /// A line. What its methods throw names no place: [#each] does.
    final class Row {
        private final String place;
        private final List<String> fields;

        private Row(String place, List<String> fields) {
            this.place = place;
            this.fields = fields;
        }

        /// Its file and number, for people.
        String place() {
            return place;
        }

        String word(String column) {
            return fields.get(columns.getOrDefault(column, 0));
        }

        /// The words of a field, which have a plus between them.
        List<String> words(String column) {
            return List.of(word(column).split("\\+", -1));
        }

        /// @throws BadInput unless it is a number from 0 to `most`
        long number(String column, long most) {
            return number(column, word(column), most);
        }

        /// The numbers of a field.
        ///
        /// @throws BadInput unless there are `n`, all from 0
        List<Long> numbers(String column, int n) {
            List<Long> numbers =
                    words(column).stream()
                            .map(word -> number(column, word, Long.MAX_VALUE))
                            .toList();
            if (numbers.size() != n) {
                throw new BadInput(
                        "",
                        column + " has " + numbers.size() + " numbers for " + n + " traces",
                        file.mend());
            }
            return numbers;
        }

        private long number(String column, String word, long most) {
            try {
                long number = Long.parseLong(word);
                if (number >= 0 && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // told below
            }
            throw new BadInput(
                    "",
                    column
                            + " '"
                            + word
                            + "' is no number from 0"
                            + (most < 10 ? " to " + most : ""),
                    file.mend());
        }

        /// @throws BadInput unless the column 'kernel' names a series of releases
        String kernel() {
            String kernel = word("kernel");
            if (!kernel.matches("\\d+\\.\\d+")) {
                throw new BadInput("", "kernel '" + kernel + "'", "give a series such as 6.12");
            }
            return kernel;
        }
    }
}
