package org.gleaner.lab.trace.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A cursor over the line that lies in a [TraceBytes].
///
/// Each step either takes what it is asked for and goes on behind it, or stays where it is and says
/// no. Steps named `need...` refuse the line instead.
public final class Line {

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
            throw bytes.malformed("there is no '" + c + "' before '" + rest() + "'");
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
        return bytes.malformed("its " + meaning + " '" + rest() + "' is no " + kind);
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
