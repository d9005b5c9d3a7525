package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.run.CommandResult;
import org.gleaner.lab.size.Size;

/// What a command to one of the kernel's files answered.
final class CommandText {

    private CommandText() {}

    /// @param pageBytes of the pages that it counts in
    static String answer(CommandResult command, int pageBytes) {
        if (!command.ran()) {
            return "not written";
        }
        List<String> parts = new ArrayList<>();
        if (command.askedPages() != null && command.freedPages() != null) {
            parts.add("asked " + amount(command.askedPages(), pageBytes));
            parts.add("freed " + amount(command.freedPages(), pageBytes));
        }
        if (command.abovePages() != null && command.abovePages() > 0) {
            parts.add(amount(command.abovePages(), pageBytes) + " above it still");
        }
        if (command.errno() != null) {
            parts.add(command.errno());
        }
        return parts.isEmpty() ? "done" : String.join(", ", parts);
    }

    private static String amount(long pages, int pageBytes) {
        return Size.approximately(pages * pageBytes);
    }
}
