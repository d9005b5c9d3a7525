package org.gleaner.lab.report;

import java.util.Locale;

/// Numbers for people.
final class Figures {

    private Figures() {}

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// Three digits that mean something, if there are as many.
    static String number(double value) {
        double size = Math.abs(value);
        int digits = size == 0 ? 3 : Math.clamp(2 - (int) Math.floor(Math.log10(size)), 0, 9);
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
