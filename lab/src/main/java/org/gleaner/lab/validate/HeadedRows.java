package org.gleaner.lab.validate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;

/// Lines below a heading whose columns stand in any order.
final class HeadedRows {

    private final CommaFile file;
    private final List<String> names;
    private final Map<String, Integer> columns = new HashMap<>();

    /// @param heading the first line
    /// @throws BadInput for a column that is there twice
    HeadedRows(CommaFile file, String heading) {
        this.file = file;
        names = CommaFile.split(heading);
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

    /// The fields of a line.
    ///
    /// @param at its number, from 1
    /// @throws BadInput if they are not as many as the columns
    List<String> split(String line, int at) {
        List<String> words = CommaFile.split(line);
        if (words.size() != columns.size()) {
            throw new BadInput(
                    file.place(at),
                    words.size() + " fields where the heading has " + columns.size(),
                    file.mend());
        }
        return words;
    }

    /// A field of a line, by its column.
    String word(List<String> words, String column) {
        return words.get(columns.getOrDefault(column, 0));
    }
}
