package org.gleaner.lab.trace.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// The beginning of a trace file, unpacked, by which its format is told.
///
/// @param bytes its first bytes, up to [#MOST]
/// @param whole whether that is all of it
/// @param name the file's, without directory and without the endings of packings; empty if it has
///     none. It decides only between formats that all fit.
public record Head(byte[] bytes, boolean whole, String name) {

    /// Bytes that formats are told by.
    public static final int MOST = 1 << 16;

    /// A longer first line is not worth showing.
    private static final int LONGEST_LINE = 1 << 14;

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

    /// Whether this text is somewhere in it.
    public boolean contains(String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
    }

    /// Whether the file's name has one of these words of lower case between its dots.
    public boolean named(List<String> words) {
        List<String> parts = Arrays.asList(name.toLowerCase(Locale.ROOT).split("[.]"));
        return words.stream().anyMatch(parts::contains);
    }

    /// Whether all its bytes are the same, and there are enough of them to wonder.
    public boolean isBlank() {
        for (byte b : bytes) {
            if (b != bytes[0]) {
                return false;
            }
        }
        return bytes.length >= 64;
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

    /// Its first line, without its end; empty if it is no text or the line is too long.
    public String firstLine() {
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return isText() && end <= LONGEST_LINE ? text(0, end) : "";
    }

    private String text(int from, int to) {
        int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
        return new String(bytes, from, end - from, StandardCharsets.ISO_8859_1);
    }

    /// How well the lines of a text can be read as `format`.
    ///
    /// @return [TraceFormat#LIKELY] if all can and at least half are records; less if fewer are, or
    ///     if there is a fault, the sooner the less; [TraceFormat#NO] if no more than one is
    public int read(TraceFormat format) {
        int whole = wholeLines();
        if (whole == 0 || !isText()) {
            return TraceFormat.NO;
        }
        Reading reading = new Reading(Reconstruction.SWEEP);
        TraceBytes lines = TraceBytes.of(bytes, whole);
        try {
            format.read(lines, new Glance(), reading);
        } catch (Malformed e) {
            long done = Math.max(0, lines.position());
            return reading.records() < 2
                    ? TraceFormat.NO
                    : 1 + (int) (done * TraceFormat.POSSIBLE / whole);
        } catch (Enough e) {
            // What was read so far decides.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (reading.records() == 0) {
            return TraceFormat.NO;
        }
        return reading.records() >= reading.skipped() ? TraceFormat.LIKELY : TraceFormat.POSSIBLE;
    }

    /// Bytes of the lines that are whole.
    private int wholeLines() {
        int end = bytes.length;
        while (!whole && end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    /// Takes accesses, up to as many as a beginning may have.
    private static final class Glance implements AccessSink {
        private int left = 1 << 18;

        @Override
        public void access(long page, boolean write) {
            if (--left == 0) {
                throw new Enough();
            }
        }
    }

    private static final class Enough extends RuntimeException {
        Enough() {
            super("enough", null, false, false);
        }
    }
}
