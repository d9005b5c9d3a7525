package org.gleaner.lab.report;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A line of a comma-separated file, as RFC 4180 has it but for its end.
final class CsvLine {

    private CsvLine() {}

    /// @return with a line feed
    static String of(Stream<String> fields) {
        return fields.map(CsvLine::quoted).collect(Collectors.joining(",")) + "\n";
    }

    static String of(Object... fields) {
        return of(Arrays.stream(fields).map(Object::toString));
    }

    private static String quoted(String field) {
        boolean plain = field.chars().noneMatch(c -> c == ',' || c == '"' || c < ' ');
        return plain ? field : '"' + field.replace("\"", "\"\"") + '"';
    }
}
