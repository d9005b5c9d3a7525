package org.gleaner.cli;

import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Colour of a report on a terminal: whether all of it is there, what failed, and what to do next.
/// A line says it in words first; no colour carries what they do not.
final class Colour {

    private static final String OFF = "\u001b[0m";
    private static final String GREEN = "\u001b[32m";
    private static final String BOLD_RED = "\u001b[1;31m";
    private static final String DIM = "\u001b[2m";

    /// A line's first word, and the lines that a long sentence is indented on.
    private static final Pattern MARKED =
            Pattern.compile(
                    "^(?<mark>complete|INCOMPLETE|FAILED|next)(?=: ).*(\\n  \\S.*)*$",
                    Pattern.MULTILINE);

    private static final Map<String, String> COLOURS =
            Map.of("complete", GREEN, "INCOMPLETE", BOLD_RED, "FAILED", BOLD_RED, "next", DIM);

    private Colour() {}

    /// Whether whoever reads wants colour on a terminal.
    ///
    /// @param environment of the process: `NO_COLOR`, if not empty, and `TERM=dumb` say no
    static boolean isWanted(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    }

    /// Text of a report with its colours.
    static String of(String text) {
        return MARKED.matcher(text).replaceAll(Colour::coloured);
    }

    private static String coloured(MatchResult found) {
        String colour = COLOURS.getOrDefault(found.group(1), "");
        return Matcher.quoteReplacement(colour + found.group() + OFF);
    }
}
