package org.gleaner.lab.trace.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A cursor over the line that lies in a [TraceBytes].
///
/// Each step either takes what it is asked for and goes on behind it, or stays where it is and says
/// no. Steps named `need...` refuse the line instead.
public final class Line {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private static final int[] TENS = {
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000
    };

    private static final byte[] DIGITS = digits();

    private final TraceBytes bytes;
    private byte[] buffer = new byte[0];
    private int at;
    private int to;
    private long value;

    public Line(TraceBytes bytes) {
        this.bytes = bytes;
    }

    private static byte[] digits() {
        byte[] digits = new byte[256];
        Arrays.fill(digits, (byte) -1);
        for (int i = 0; i < 16; i++) {
            digits[Character.forDigit(i, 16)] = (byte) i;
            digits[Character.toUpperCase(Character.forDigit(i, 16))] = (byte) i;
        }
        return digits;
    }

    /// Goes on to the beginning of the next line.
    ///
    /// @return false at the end of the bytes
    public boolean next() throws IOException {
        boolean more = bytes.nextLine();
        buffer = bytes.buffer();
        at = bytes.from();
        to = bytes.to();
        return more;
    }

    /// The number that was taken last, as an unsigned one.
    public long value() {
        return value;
    }

    /// Whether nothing follows.
    public boolean atEnd() {
        return at == to;
    }

    /// The next byte, without taking it; -1 at the end.
    public int peek() {
        return at < to ? buffer[at] & 0xff : -1;
    }

    /// Takes blanks and tabs.
    ///
    /// @return whether there was one
    public boolean blanks() {
        int start = at;
        while (at < to && (buffer[at] == ' ' || buffer[at] == '\t')) {
            at++;
        }
        return at > start;
    }

    /// Takes one character of ASCII.
    public boolean take(char c) {
        if (at < to && buffer[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    /// Takes a text of ASCII.
    public boolean take(String text) {
        int n = text.length();
        if (to - at < n) {
            return false;
        }
        for (int i = 0; i < n; i++) {
            if (buffer[at + i] != text.charAt(i)) {
                return false;
            }
        }
        at += n;
        return true;
    }

    /// Takes a hexadecimal number without `0x`, up to 64 bits, into [#value].
    public boolean hex() {
        int i = at;
        int last = to;
        long n = 0;
        byte[] bytes = buffer;
        for (int digit; i < last && (digit = DIGITS[bytes[i] & 0xff]) >= 0; i++) {
            if (n >>> 60 != 0) {
                return false;
            }
            n = n << 4 | digit;
        }
        return number(i, n);
    }

    /// Takes a decimal number without a sign, up to 64 bits, into [#value].
    public boolean decimal() {
        int i = at;
        int last = to;
        long n = 0;
        byte[] bytes = buffer;
        for (int digit; i < last && (digit = bytes[i] - '0') >= 0 && digit <= 9; i++) {
            if (n < 0 || n >= Long.MAX_VALUE / 5) {
                return largeDecimal(i, n);
            }
            n = n * 10 + digit;
        }
        return number(i, n);
    }

    /// Goes on where a number comes near its 64 bits.
    private boolean largeDecimal(int from, long soFar) {
        int i = from;
        long n = soFar;
        for (int digit; i < to && (digit = buffer[i] - '0') >= 0 && digit <= 9; i++) {
            if (Long.compareUnsigned(n, Long.divideUnsigned(-1L - digit, 10)) > 0) {
                return false;
            }
            n = n * 10 + digit;
        }
        return number(i, n);
    }

    private boolean number(int end, long n) {
        if (end == at) {
            return false;
        }
        at = end;
        value = n;
        return true;
    }

    /// Takes what stands before the next `separator`, and it. To the end of the line if there is
    /// none.
    ///
    /// @return whether there was a separator
    public boolean skipPast(char separator) {
        while (at < to) {
            if (buffer[at++] == separator) {
                return true;
            }
        }
        return false;
    }

    /// Goes on behind the first `text` in what follows.
    ///
    /// @return false, where it was, if there is none
    public boolean find(String text) {
        int start = at;
        for (; at <= to - text.length(); at++) {
            if (take(text)) {
                return true;
            }
        }
        at = start;
        return false;
    }

    /// Goes to the first `c` of what follows, or to the end of the line.
    public void skipTo(char c) {
        while (at < to && buffer[at] != c) {
            at++;
        }
    }

    /// Takes what is no blank.
    ///
    /// @return whether there was something
    public boolean word() {
        int start = at;
        while (at < to && buffer[at] != ' ' && buffer[at] != '\t') {
            at++;
        }
        return at > start;
    }

    /// Goes on to the next line that is not blank.
    ///
    /// @return false at the end of the bytes
    public boolean nextFilled() throws IOException {
        while (next()) {
            blanks();
            if (!atEnd()) {
                return true;
            }
        }
        return false;
    }

    /// What the line lies in.
    public TraceBytes bytes() {
        return bytes;
    }

    /// Goes back, or on, to a place of this line.
    public void goTo(int place) {
        at = place;
    }

    /// Where the line ends, for [#goTo].
    public int end() {
        return to;
    }

    /// Takes a hexadecimal number, before which `0x` has to stand.
    public boolean prefixedHex() {
        int start = at;
        if (take('0') && (take('x') || take('X')) && hex()) {
            return true;
        }
        at = start;
        return false;
    }

    /// Takes seconds with a fraction, into [#value] as nanoseconds.
    public boolean seconds() {
        if (!decimal() || value < 0 || value > Long.MAX_VALUE / NANOS_PER_SECOND) {
            return false;
        }
        long nanos = value * NANOS_PER_SECOND;
        if (take('.')) {
            int start = at;
            long fraction = 0;
            for (int digit; at < to && (digit = buffer[at] - '0') >= 0 && digit <= 9; at++) {
                if (at - start < 9) {
                    fraction = fraction * 10 + digit;
                }
            }
            nanos += fraction * TENS[Math.max(0, 9 - (at - start))];
        }
        value = nanos;
        return nanos >= 0;
    }

    /// Takes seconds of this meaning, with or without a fraction, as nanoseconds.
    ///
    /// @throws Malformed if there are none
    public long needSeconds(String meaning) {
        if (!seconds()) {
            throw no(meaning, "number of seconds");
        }
        return value;
    }

    /// Takes a hexadecimal number of this meaning, with or without `0x`.
    ///
    /// @throws Malformed if there is none, or none of 64 bits
    public long needHex(String meaning) {
        int start = at;
        if (!take("0x")) {
            take("0X");
        }
        if (!hex()) {
            at = start;
            throw no(meaning, "hexadecimal number of up to 64 bits");
        }
        return value;
    }

    /// Takes a decimal number of this meaning.
    ///
    /// @throws Malformed if there is none, or none of 64 bits
    public long needDecimal(String meaning) {
        if (!decimal()) {
            throw no(meaning, "decimal number of up to 64 bits");
        }
        return value;
    }

    /// Takes blanks, of which there has to be one.
    public void needBlanks(String before) {
        if (!blanks()) {
            throw no(before, "field of its own");
        }
    }

    /// Takes a character that has to be there.
    public void need(char c) {
        if (!take(c)) {
            throw bytes.malformed(
                    atEnd()
                            ? "it ends where a '" + c + "' should be"
                            : "there is no '" + c + "' before '" + rest() + "'");
        }
    }

    /// Refuses the line if something follows.
    public void needEnd() {
        blanks();
        if (!atEnd()) {
            throw bytes.malformed("'" + rest() + "' follows the record");
        }
    }

    /// The fault of a field that begins here.
    public Malformed no(String meaning, String kind) {
        return bytes.malformed(
                atEnd()
                        ? "it ends before its " + meaning
                        : "its " + meaning + " '" + rest() + "' is no " + kind);
    }

    /// The fault of this line.
    public Malformed malformed(String what) {
        return bytes.malformed(what);
    }

    /// The place of this line for people.
    public String place() {
        return bytes.place();
    }

    /// Where the cursor is, for [#text(int,int)].
    public int at() {
        return at;
    }

    /// What lies between two places of the line.
    public String text(int from, int end) {
        return new String(buffer, from, end - from, StandardCharsets.UTF_8);
    }

    /// The bytes that the line lies in.
    public byte[] buffer() {
        return buffer;
    }

    /// What follows, for messages: cut where it is long.
    public String rest() {
        int most = 40;
        return to - at <= most ? text(at, to) : text(at, at + most) + "...";
    }
}
