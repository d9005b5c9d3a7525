package org.gleaner.web.serve;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/// Who knows it may ask: 128 random bits, in the address that the command prints.
final class Token {

    private static final int BYTES = 16;

    private final String text;

    private Token(String text) {
        this.text = text;
    }

    static Token fresh() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new Token(HexFormat.of().formatHex(bytes));
    }

    /// In a time that does not tell how much of it was right.
    boolean is(String given) {
        return MessageDigest.isEqual(
                text.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return text;
    }
}
