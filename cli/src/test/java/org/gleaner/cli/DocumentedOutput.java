package org.gleaner.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a document says that a command prints. A line `...` stands for any number of lines; blank
/// lines, and where results were kept, are not compared.
///
/// @param lines of the document
record DocumentedOutput(List<String> lines) {

    private static final String ANY = "...";
    private static final Pattern NUMBER = Pattern.compile("\\d[\\d.,]*");

    /// Rows that tell of the machine that Gleaner runs on.
    private static final Pattern MACHINE =
            Pattern.compile("^(seconds|M accesses/s|simulated in)\\b|\\d s of CPU");

    /// Why this is not what was printed, to the digit; empty if it is.
    Optional<String> differs(List<String> printed) {
        List<String> expected = compared(lines);
        List<String> actual = compared(printed);
        int at = 0;
        boolean gap = false;
        for (String line : expected) {
            if (line.strip().equals(ANY)) {
                gap = true;
                continue;
            }
            int found = at;
            while (gap && found < actual.size() && !same(line, actual.get(found))) {
                found++;
            }
            if (found >= actual.size()) {
                return Optional.of("'" + line + "' is not printed any more, or not there");
            }
            if (!same(line, actual.get(found))) {
                return Optional.of("'" + line + "' is said, '" + actual.get(found) + "' printed");
            }
            at = found + 1;
            gap = false;
        }
        return gap || at == actual.size()
                ? Optional.empty()
                : Optional.of("'" + actual.get(at) + "' is left out without a line '...'");
    }

    /// Why what was printed, of a smaller run, has not even these words in this order; empty if it
    /// has.
    Optional<String> differsInForm(List<String> printed) {
        List<String> forms =
                unfolded(compared(printed)).stream().map(DocumentedOutput::form).toList();
        int at = 0;
        for (String line : unfolded(compared(lines))) {
            if (line.strip().equals(ANY)) {
                continue;
            }
            int found = forms.subList(at, forms.size()).indexOf(form(line));
            if (found < 0) {
                return Optional.of("nothing of the form of '" + line + "' is printed there");
            }
            at += found + 1;
        }
        return Optional.empty();
    }

    private static boolean same(String said, String printed) {
        return said.equals(printed)
                || MACHINE.matcher(said).find() && form(said).equals(form(printed));
    }

    private static List<String> compared(List<String> lines) {
        return lines.stream()
                .map(String::stripTrailing)
                .filter(line -> !line.isEmpty() && !line.startsWith("results in "))
                .toList();
    }

    /// Lists of shares as one line each: where they are folded hangs on their names.
    private static List<String> unfolded(List<String> folded) {
        List<String> all = new ArrayList<>();
        for (String line : folded) {
            if (line.startsWith("        ") && !all.isEmpty() && all.getLast().contains(" % ")) {
                all.add(all.removeLast() + " " + line.strip());
            } else {
                all.add(line);
            }
        }
        return all;
    }

    /// The line without its figures and what their lengths move.
    private static String form(String line) {
        // Which functions take the most is a figure too.
        String words = line.contains(" % ") ? line.replaceAll("\\w+_\\w+", "@") : line;
        return NUMBER.matcher(words)
                .replaceAll("#")
                .replaceAll("#[KMGT]iB", "#")
                .replace("=>", "")
                .replaceAll("-{2,}", "-")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
