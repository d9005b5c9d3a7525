package org.gleaner.lab.validate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.input.Input;

/// A file of comma-separated lines, the first of them a heading.
///
/// @param file where it is
/// @param input how it is read
/// @param mend what to give instead of a file that is none
record CommaFile(Path file, Input input, String mend) {
    private static final int MOST_BYTES = 16 << 20;

    /// All lines, one or more.
    ///
    /// @throws BadInput for a file that is not there, is empty or no text
    List<String> lines() {
        List<String> lines = input.text(file, MOST_BYTES, "a table").lines().toList();
        if (lines.isEmpty()) {
            throw new BadInput(place(), "is empty", mend);
        }
        return lines;
    }

    String place() {
        return Input.place(file);
    }

    /// @param line counted from 1
    String place(int line) {
        return place() + ", line " + line;
    }

    /// The fields of a line; one with commas in it is quoted.
    static List<String> split(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.add(field.toString().strip());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString().strip());
        return fields;
    }
}
