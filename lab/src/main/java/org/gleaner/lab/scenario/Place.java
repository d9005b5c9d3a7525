package org.gleaner.lab.scenario;

import org.gleaner.lab.BadInput;

/// Where a value was written.
///
/// @param source a file's name, or an option
/// @param line 1 and up; 0 if the source has no lines
/// @param column 1 and up; 0 if the source has no lines
public record Place(String source, int line, int column) {

    private static final String BUNDLED = " (bundled)";

    /// The source of a bundled scenario.
    static String bundled(String file) {
        return file + BUNDLED;
    }

    /// Whether this is in a bundled scenario: a default, not something that the user wrote.
    boolean bundled() {
        return source.endsWith(BUNDLED);
    }

    /// Whether it is in a file, where it has a line.
    public boolean hasLine() {
        return line > 0;
    }

    /// A fault of the key at `path`, which an option that is this place may name already.
    BadInput fault(String path, String what, String mend) {
        boolean named = source.startsWith("--set " + path + "=");
        return new BadInput(toString(), named ? what : path + ": " + what, mend);
    }

    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }
}
