package org.gleaner.cli;

import org.gleaner.lab.BadInput;

/// Reads numbers with a decimal point that are given to options.
final class DecimalNumber {
    private DecimalNumber() {}

    /// @throws BadInput if it is none, without a place
    static double of(String text) {
        String word = text.strip();
        if (!word.matches("[-+]?\\d{1,15}(\\.\\d{1,15})?")) {
            throw new BadInput("", "'" + text + "' is not a number", "write it as in 0.2 or 15");
        }
        return Double.parseDouble(word);
    }
}
