package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.sample.Interval;

/// Numbers and sentences for people.
public final class Figures {

    /// Columns of a terminal.
    static final int TERMINAL = 80;

    private Figures() {}

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// The bounds of a count.
    static String range(Interval band) {
        return count(band.low()) + "-" + count(band.high());
    }

    /// Pages, and what share of all they are.
    static String share(long pages, long all) {
        String percent = number(100.0 * pages / all).replaceFirst("\\.0+$", "");
        return count(pages) + " (" + percent + "%)";
    }

    /// Three digits that mean something, if there are as many.
    public static String number(double value) {
        double size = Math.abs(value);
        int digits = size == 0 ? 3 : Math.clamp(2 - (int) Math.floor(Math.log10(size)), 0, 9);
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    /// A sentence on as many lines as a terminal needs for it, indented after the first.
    static String wrapped(String sentence) {
        StringBuilder lines = new StringBuilder();
        int column = 0;
        for (String word : sentence.split(" ")) {
            boolean first = lines.isEmpty();
            boolean fits = column + 1 + word.length() <= TERMINAL;
            lines.append(first ? "" : fits ? " " : "\n  ").append(word);
            column = first ? word.length() : (fits ? column + 1 : 2) + word.length();
        }
        return lines.toString();
    }

    /// A sentence in lines of at most `room` characters, but for longer words.
    static List<String> lines(String sentence, int room) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : sentence.split(" ")) {
            boolean fits = line.length() + 1 + word.length() <= room;
            if (!line.isEmpty() && !fits) {
                lines.add(line);
                line = "";
            }
            line = line.isEmpty() ? word : line + " " + word;
        }
        lines.add(line);
        return lines;
    }
}
