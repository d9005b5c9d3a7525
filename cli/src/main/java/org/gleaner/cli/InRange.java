package org.gleaner.cli;

import org.gleaner.lab.BadInput;

/// Bounds of what an option takes.
final class InRange {
    private InRange() {}

    /// @throws BadInput if `value` is less than `least` or more than `most`
    static void check(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new BadInput(option, value + " is out of range", "give " + least + " to " + most);
        }
    }
}
