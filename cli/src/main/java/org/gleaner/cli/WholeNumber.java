package org.gleaner.cli;

import org.gleaner.lab.BadInput;

/// Reads numbers that are given to options.
final class WholeNumber {

    private static final String MEND = "write digits alone, such as 64";

    private WholeNumber() {}

    /// @throws BadInput if it is none, without a place
    static long ofLong(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            boolean digits = text.strip().matches("[-+]?\\d+");
            String what = digits ? " is too large a number" : " is not a whole number";
            throw new BadInput("", "'" + text + "'" + what, MEND, e);
        }
    }

    /// @throws BadInput if it is none, without a place
    static int ofInt(String text) {
        long number = ofLong(text);
        if (number != (int) number) {
            throw new BadInput("", "'" + text + "' is too large a number", MEND);
        }
        return (int) number;
    }
}
