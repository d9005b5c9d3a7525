package org.gleaner.lab.fleet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.gleaner.lab.trace.format.Malformed;
import org.gleaner.lab.trace.format.TraceBytes;

/// A line of a table, cut at its commas. None of the tables that are read has quotes or commas
/// inside a field.
final class Row {

    private static final int MOST_COLUMNS = 64;

    private final TraceBytes bytes;
    private final int[] ends = new int[MOST_COLUMNS];
    private int columns;

    Row(TraceBytes bytes) {
        this.bytes = bytes;
    }

    /// Goes on to the next line that is not empty.
    ///
    /// @return false at the end
    boolean next() throws IOException {
        while (bytes.nextLine()) {
            if (bytes.to() > bytes.from()) {
                cut();
                return true;
            }
        }
        return false;
    }

    private void cut() {
        byte[] buffer = bytes.buffer();
        columns = 0;
        for (int at = bytes.from(); at <= bytes.to(); at++) {
            if (at == bytes.to() || buffer[at] == ',') {
                if (columns == MOST_COLUMNS) {
                    throw bytes.malformed("it has more than " + MOST_COLUMNS + " columns");
                }
                ends[columns++] = at;
            }
        }
    }

    /// Of this line, for people.
    String place() {
        return bytes.place();
    }

    int columns() {
        return columns;
    }

    String text(int column) {
        int start = column == 0 ? bytes.from() : ends[column - 1] + 1;
        return new String(bytes.buffer(), start, ends[column] - start, StandardCharsets.UTF_8);
    }

    String[] texts() {
        String[] texts = new String[columns];
        Arrays.setAll(texts, column -> text(column).strip());
        return texts;
    }

    /// A whole number without a sign.
    long whole(int column, String meaning) {
        String text = text(column);
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // as below
        }
        throw no(column, meaning, "whole number");
    }

    /// A number, 0 and up; [Double#NaN] if nothing is there.
    double number(int column, String meaning) {
        String text = text(column).strip();
        if (text.isEmpty()) {
            return Double.NaN;
        }
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            value = -1;
        }
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw no(column, meaning, "number, 0 and up");
        }
        return value;
    }

    /// A share of a machine's memory; [Double#NaN] if nothing is there.
    double share(int column, String meaning) {
        return Shares.checked(bytes, number(column, meaning), meaning);
    }

    Malformed no(int column, String meaning, String kind) {
        return malformed(
                "its %s (column %d) is '%s', no %s"
                        .formatted(meaning, column + 1, text(column), kind));
    }

    Malformed malformed(String what) {
        return bytes.malformed(what);
    }
}
