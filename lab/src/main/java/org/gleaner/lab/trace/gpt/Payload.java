package org.gleaner.lab.trace.gpt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.gleaner.lab.trace.format.Malformed;

/// The unpacked bytes of a frame, written or read front to back: numbers of seven bits a byte, the
/// lowest first, and texts behind their lengths.
final class Payload {

    private byte[] bytes;
    private int at;
    private int end;

    /// To be written to.
    Payload() {
        bytes = new byte[1 << 12];
    }

    /// To be read from: `bytes` up to `end`.
    void wrap(byte[] from, int length) {
        bytes = from;
        at = 0;
        end = length;
    }

    void clear() {
        at = 0;
    }

    byte[] bytes() {
        return bytes;
    }

    /// Bytes written so far, or read.
    int at() {
        return at;
    }

    /// Where what is read ends.
    int end() {
        return end;
    }

    boolean atEnd() {
        return at == end;
    }

    /// Appends an unsigned number.
    void put(long n) {
        if (bytes.length - at < 10) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        long rest = n;
        while ((rest & ~0x7fL) != 0) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
    }

    /// Appends a number that may be negative; small ones stay small.
    void putSigned(long n) {
        put(n << 1 ^ n >> 63);
    }

    /// Appends what another has.
    void append(Payload more) {
        if (bytes.length - at < more.at) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + more.at));
        }
        System.arraycopy(more.bytes, 0, bytes, at, more.at);
        at += more.at;
    }

    void put(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        put(utf8.length);
        if (bytes.length - at < utf8.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, at + utf8.length));
        }
        System.arraycopy(utf8, 0, bytes, at, utf8.length);
        at += utf8.length;
    }

    /// Takes an unsigned number.
    long get() {
        long n = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            if (at == end) {
                throw new Malformed("", "a number runs out of its frame");
            }
            byte b = bytes[at++];
            n |= (b & 0x7fL) << shift;
            if (b >= 0) {
                return n;
            }
        }
        throw new Malformed("", "a number has more than 64 bits");
    }

    long getSigned() {
        long n = get();
        return n >>> 1 ^ -(n & 1);
    }

    /// Takes a number of `0` to `most`.
    int get(int most, String what) {
        long n = get();
        if (n < 0 || n > most) {
            throw new Malformed("", what + " of " + Long.toUnsignedString(n) + " is too large");
        }
        return (int) n;
    }

    String text() {
        int length = get(end - at, "a text's length");
        if (length > end - at) {
            throw new Malformed("", "a text runs out of its frame");
        }
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }
}
