package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.gleaner.lab.sample.Interval;

/// Numbers and sentences for people.
public final class Figures {

    /// Columns of a terminal.
    static final int TERMINAL = 80;

    /// No line goes on further to the right than this.
    private static final int MOST_INDENT = 36;

    private static final String COMMAND = ": gleaner ";

    private Figures() {}

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /// So many of them: `1 cpu`, `2 cpus`.
    static String things(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
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

    /// The same lines, none wider than a terminal unless a word is: what does not fit goes on
    /// below, under the words of a line that begins with a name and a gap, else indented. A line
    /// with a command to copy stays as it is.
    public static String wrapped(String lines) {
        return lines.lines().map(Figures::fitting).collect(Collectors.joining("\n"));
    }

    private static String fitting(String line) {
        if (line.length() <= TERMINAL || line.contains(COMMAND)) {
            return line;
        }
        int margin = blanks(line);
        int gap = line.indexOf("  ", margin);
        int words = gap < 0 ? margin : gap + blanks(line.substring(gap));
        int start = words <= MOST_INDENT ? words : margin;
        int hanging = start > margin ? start : margin + 2;
        StringBuilder text = new StringBuilder(line.substring(0, start));
        String before = "";
        int column = start;
        for (String word : line.substring(start).split(" ")) {
            if (!before.isEmpty() && column + 1 + word.length() > TERMINAL) {
                before = "\n" + " ".repeat(hanging);
                column = hanging - 1;
            }
            text.append(before).append(word);
            column += (before.isEmpty() ? 0 : 1) + word.length();
            before = " ";
        }
        return text.toString();
    }

    private static int blanks(String line) {
        return line.length() - line.stripLeading().length();
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
