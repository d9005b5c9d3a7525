package org.gleaner.lab.scenario;

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

    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }
}
