package org.gleaner.lab.trace.memory;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.gleaner.lab.trace.format.AccessSink;
import org.gleaner.lab.trace.format.Line;
import org.gleaner.lab.trace.format.Touch;
import org.gleaner.lab.trace.memory.Columns.Meaning;

/// The lines of one file in columns.
final class ColumnsLine {

    /// Name spaces of one file.
    private static final int MOST_SPACES = 1 << 16;

    private final Columns columns;
    private final Line line;
    private final AccessSink sink;
    private final Map<String, Integer> spaces = new HashMap<>();

    /// The column of each meaning, from 0; -1 if there is none.
    private final int[] at = new int[Meaning.values().length];

    private final int[] starts = new int[Columns.MOST];
    private final int[] ends = new int[Columns.MOST];
    private char separator;
    private int count;
    private int space = -1;

    ColumnsLine(Columns columns, Line line, AccessSink sink) {
        this.columns = columns;
        this.line = line;
        this.sink = sink;
    }

    /// Learns the columns from the first line.
    ///
    /// @return whether it is a record, and not a header
    boolean begins() {
        separator = columns.separator() == 0 ? guessed() : columns.separator();
        split();
        Arrays.fill(at, -1);
        boolean isNamed = columns.places().isEmpty();
        for (Meaning each : Meaning.values()) {
            String place = columns.places().get(each);
            if (place != null) {
                at[each.ordinal()] = isNumber(place) ? Integer.parseInt(place) - 1 : named(place);
            } else if (isNamed) {
                at[each.ordinal()] = named(each.names.toArray(String[]::new));
            }
        }
        int address = at[Meaning.ADDRESS.ordinal()];
        if (address < 0) {
            throw line.malformed("its header names no address");
        }
        if (address >= count) {
            throw line.malformed("it has %d columns of %d".formatted(count, address + 1));
        }
        if (isNamed || !isNumber(columns.places().getOrDefault(Meaning.ADDRESS, ""))) {
            return false;
        }
        int start = line.at();
        line.goTo(starts[address]);
        boolean number =
                line.prefixedHex() || (columns.hexadecimal() ? line.hex() : line.decimal());
        line.goTo(start);
        return number;
    }

    private static boolean isNumber(String place) {
        return !place.isEmpty() && place.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private int named(String... names) {
        for (int i = 0; i < count; i++) {
            String name = text(i).toLowerCase(Locale.ROOT);
            for (String each : names) {
                if (name.equals(each.toLowerCase(Locale.ROOT))) {
                    return i;
                }
            }
        }
        if (names.length == 1 && !columns.places().isEmpty()) {
            throw line.malformed("its header has no column '" + names[0] + "'");
        }
        return -1;
    }

    private char guessed() {
        String text = line.text(line.at(), line.end());
        for (char each : new char[] {',', ';', '\t', '|'}) {
            if (text.indexOf(each) >= 0) {
                return each;
            }
        }
        return ' ';
    }

    /// Hands on the accesses of the present line.
    void touch() {
        split();
        long address = number(Meaning.ADDRESS, columns.hexadecimal());
        if (columns.unit() > 0 && address >>> Long.SIZE - columns.unit() != 0) {
            throw line.malformed(
                    "address " + Long.toUnsignedString(address) + " lies beyond 2^64 bytes");
        }
        long size = has(Meaning.SIZE) ? number(Meaning.SIZE, false) : 0;
        boolean write = has(Meaning.OP) && isWrite();
        if (has(Meaning.SPACE)) {
            space();
        }
        if (has(Meaning.CPU)) {
            sink.cpu(number(Meaning.CPU, false));
        }
        if (has(Meaning.TIME)) {
            time();
        }
        Touch.range(
                sink,
                line.bytes(),
                address << columns.unit(),
                size,
                Touch.MOST_OF_A_REQUEST,
                write);
    }

    private boolean has(Meaning meaning) {
        return at[meaning.ordinal()] >= 0;
    }

    /// The column of a meaning in the present line.
    private int column(Meaning meaning) {
        int column = at[meaning.ordinal()];
        if (column >= count) {
            throw line.malformed(
                    "it has %d columns, and the %s is column %d"
                            .formatted(count, meaning.label(), column + 1));
        }
        return column;
    }

    private long number(Meaning meaning, boolean hexadecimal) {
        int column = column(meaning);
        line.goTo(starts[column]);
        boolean number = line.prefixedHex() || (hexadecimal ? line.hex() : line.decimal());
        if (!number || line.at() != ends[column]) {
            throw line.malformed(
                    "its " + meaning.label() + " '" + shown(column) + "' is no number");
        }
        return line.value();
    }

    /// Seconds, if there is a fraction, or else a number that grows.
    private void time() {
        int column = column(Meaning.TIME);
        line.goTo(starts[column]);
        if (line.decimal() && line.at() == ends[column]) {
            sink.time(line.value());
            return;
        }
        line.goTo(starts[column]);
        if (!line.seconds() || line.at() != ends[column]) {
            throw line.malformed("its time '" + shown(column) + "' is no number");
        }
        sink.time(line.value());
    }

    private boolean isWrite() {
        int column = column(Meaning.OP);
        int first = starts[column] < ends[column] ? line.buffer()[starts[column]] | 0x20 : 0;
        return switch (first) {
            case 'w', 's' -> true;
            case 'r', 'l', 'g' -> false;
            default ->
                    throw line.malformed(
                            "its op '" + shown(column) + "' begins with none of R, L, G, W and S");
        };
    }

    private void space() {
        String name = text(column(Meaning.SPACE));
        Integer number = spaces.get(name);
        if (number == null) {
            if (spaces.size() == MOST_SPACES) {
                throw line.malformed("there are more than " + MOST_SPACES + " name spaces");
            }
            number = spaces.size();
            spaces.put(name, number);
        }
        if (number != space) {
            space = number;
            sink.space(space, name);
        }
    }

    private String text(int column) {
        return line.text(starts[column], ends[column]);
    }

    private String shown(int column) {
        String text = text(column);
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }

    /// Finds where the columns of the present line lie, without blanks and quotes around them.
    private void split() {
        byte[] buffer = line.buffer();
        int end = line.end();
        int from = line.at();
        count = 0;
        while (from <= end && count < Columns.MOST) {
            int to = from;
            while (to < end && !isSeparator(buffer[to])) {
                to++;
            }
            strip(buffer, from, to);
            from = to + 1;
            while (separator == ' ' && from < end && isSeparator(buffer[from])) {
                from++;
            }
        }
    }

    private boolean isSeparator(byte b) {
        return b == separator || separator == ' ' && b == '\t';
    }

    private void strip(byte[] buffer, int from, int to) {
        int first = from;
        int last = to;
        while (first < last && isAround(buffer[first])) {
            first++;
        }
        while (last > first && isAround(buffer[last - 1])) {
            last--;
        }
        starts[count] = first;
        ends[count++] = last;
    }

    private static boolean isAround(byte b) {
        return b == ' ' || b == '\t' || b == '"';
    }
}
