package org.gleaner.lab.trace.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// The beginning of a trace file, unpacked, by which its format is told.
///
/// @param bytes its first bytes, up to [#MOST]
/// @param whole whether that is all of it
/// @param name the file's, without directory and without the endings of packings; empty if it has
///     none. It decides only between formats that all fit.
public record Head(byte[] bytes, boolean whole, String name) {

    /// Bytes that formats are told by.
    public static final int MOST = 1 << 16;

    /// A line longer than this is no record of any text format.
    private static final int LONGEST_LINE = 1 << 14;

    /// Lines that are looked at.
    private static final int LINES = 400;

    /// Whether it begins with these bytes.
    public boolean startsWith(int... magic) {
        if (bytes.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((bytes[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }

    /// Whether it begins with this text.
    public boolean startsWith(String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        return bytes.length >= ascii.length
                && Arrays.equals(bytes, 0, ascii.length, ascii, 0, ascii.length);
    }

    /// Whether the file's name has one of these words of lower case between its dots.
    public boolean named(List<String> words) {
        List<String> parts = Arrays.asList(name.toLowerCase(Locale.ROOT).split("[.]"));
        return words.stream().anyMatch(parts::contains);
    }

    /// Whether it can be text: no controls but blanks. What is not ASCII may be in it.
    public boolean isText() {
        int n = Math.min(bytes.length, 1 << 12);
        for (int i = 0; i < n; i++) {
            byte b = bytes[i];
            if (b >= 0 && b < ' ' && b != '\n' && b != '\r' && b != '\t' || b == 0x7f) {
                return false;
            }
        }
        return n > 0;
    }

    /// Its first lines that are whole, without their ends; none if it is no text.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; isText() && i < bytes.length && lines.size() < LINES; i++) {
            if (bytes[i] == '\n') {
                lines.add(text(from, i));
                from = i + 1;
            } else if (i - from > LONGEST_LINE) {
                return lines;
            }
        }
        if (isText() && whole && from < bytes.length && lines.size() < LINES) {
            lines.add(text(from, bytes.length));
        }
        return lines;
    }

    private String text(int from, int to) {
        int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
        return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    }

    /// How well a text fits whose lines all are `record`, apart from those that are `other`.
    ///
    /// @return [TraceFormat#LIKELY] if all lines are one or the other and most are records
    public int allLines(Predicate<String> record, Predicate<String> other) {
        int records = 0;
        int others = 0;
        for (String line : lines()) {
            if (record.test(line)) {
                records++;
            } else if (other.test(line)) {
                others++;
            } else {
                return TraceFormat.NO;
            }
        }
        return records > 0 && records >= others ? TraceFormat.LIKELY : TraceFormat.NO;
    }

    /// How well a text fits in which lines that are no records are nothing unusual.
    ///
    /// @return [TraceFormat#LIKELY] if at least half of the first lines are records, less if fewer
    public int mostLines(Predicate<String> record) {
        List<String> lines = lines();
        long records = lines.stream().filter(record).count();
        if (records == 0) {
            return TraceFormat.NO;
        }
        return records * 2 >= lines.size() ? TraceFormat.LIKELY : TraceFormat.POSSIBLE;
    }
}
