package org.gleaner.lab.trace.region;

/// Numbers as damo writes them: with commas, and with units of bytes or without.
final class DamonNumber {

    private static final String UNITS = "BKMGTPE";

    private DamonNumber() {}

    /// The number that `text` is, rounded up to a whole one so that a part of one is not none; -1
    /// if it is none, or none below 2^63.
    static long of(String text) {
        int end = 0;
        StringBuilder digits = new StringBuilder(text.length());
        while (end < text.length() && isOfNumber(text.charAt(end))) {
            if (text.charAt(end) != ',') {
                digits.append(text.charAt(end));
            }
            end++;
        }
        int shift = shift(text.substring(end).strip());
        if (shift < 0 || digits.isEmpty()) {
            return -1;
        }
        try {
            if (digits.indexOf(".") < 0) {
                long whole = Long.parseLong(digits.toString());
                return whole > Long.MAX_VALUE >> shift ? -1 : whole << shift;
            }
            double number = Math.ceil(Double.parseDouble(digits.toString()) * (1L << shift));
            return number < 0x1p63 ? (long) number : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static boolean isOfNumber(char c) {
        return c >= '0' && c <= '9' || c == ',' || c == '.';
    }

    /// The power of two that a unit is; -1 if it is none.
    private static int shift(String unit) {
        if (unit.isEmpty() || unit.equals("%") || unit.equals("ns")) {
            return 0;
        }
        int of = UNITS.indexOf(unit.charAt(0));
        boolean whole = of == 0 ? unit.length() == 1 : unit.substring(1).equals("iB");
        return of >= 0 && whole ? of * 10 : -1;
    }
}
