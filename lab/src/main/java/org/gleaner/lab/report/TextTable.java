package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// A table for people: a heading, then rows, in columns as wide as their widest cell. The first
/// columns may be aligned to the left; the rest, which hold figures, are aligned to the right. What
/// is wider than a terminal goes on below, each part with the first columns again; where all
/// columns are aligned to the left, the last one holds sentences, which go on in their own column.
public final class TextTable {

    private static final String GAP = "  ";

    /// The first columns are repeated if they leave so much of a line to the others.
    private static final int ROOM = 30;

    private final int left;
    private final List<List<String>> rows = new ArrayList<>();

    /// @param left how many columns are aligned to the left
    public TextTable(int left, String... heading) {
        this.left = left;
        rows.add(List.of(heading));
    }

    /// Adds a row; it may be shorter than the heading.
    public TextTable row(Object... cells) {
        rows.add(Arrays.stream(cells).map(String::valueOf).toList());
        return this;
    }

    boolean isEmpty() {
        return rows.size() == 1;
    }

    /// Whether it is no wider than a terminal.
    boolean fits() {
        return width() <= Figures.TERMINAL;
    }

    /// In one piece.
    int width() {
        int[] widths = widths();
        return width(widths, 0, widths.length);
    }

    @Override
    public String toString() {
        int[] widths = widths();
        int others = width(widths, 0, widths.length - 1) + GAP.length();
        if (!fits() && left == widths.length && Figures.TERMINAL - others >= ROOM) {
            return sentences(Figures.TERMINAL - others).toString();
        }
        int repeated = repeated(widths);
        List<Integer> ends = ends(widths, repeated, widths.length);
        if (ends.size() > 1) {
            int even = Math.ceilDiv(widths.length - repeated, ends.size());
            List<Integer> evenly = ends(widths, repeated, even);
            ends = evenly.size() > ends.size() ? ends : evenly;
        }
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (int to : ends) {
            text.append(from == 0 ? "" : "\n");
            part(text, widths, from == 0 ? 0 : repeated, from, to);
            from = to;
        }
        return text.toString();
    }

    /// The same with the last column no wider than `room`, on as many lines as that takes.
    private TextTable sentences(int room) {
        int last = rows.getFirst().size() - 1;
        TextTable table = new TextTable(left, rows.getFirst().toArray(String[]::new));
        for (List<String> row : rows.subList(1, rows.size())) {
            List<Object> before = new ArrayList<>(row.subList(0, Math.min(last, row.size())));
            String sentence = row.size() > last ? row.get(last) : "";
            for (String line : Figures.lines(sentence, room)) {
                List<Object> cells = new ArrayList<>(before);
                cells.add(line);
                table.row(cells.toArray());
                before = new ArrayList<>(Collections.nCopies(last, ""));
            }
        }
        return table;
    }

    /// Where each part ends that fits a terminal.
    ///
    /// @param most columns of a part, besides those that each has
    private static List<Integer> ends(int[] widths, int repeated, int most) {
        List<Integer> ends = new ArrayList<>();
        int from = 0;
        while (from < widths.length) {
            int room = Figures.TERMINAL - (from == 0 ? 0 : width(widths, 0, repeated));
            int last = Math.min(widths.length, Math.max(from, repeated) + most);
            int to = from + 1;
            while (to < last && width(widths, from, to + 1) <= room) {
                to++;
            }
            ends.add(to);
            from = to;
        }
        return ends;
    }

    private int[] widths() {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private int repeated(int[] widths) {
        int most = Math.min(Math.max(left, 1), widths.length);
        while (most > 1 && width(widths, 0, most) > Figures.TERMINAL - ROOM) {
            most--;
        }
        return most;
    }

    /// Of columns and the gaps before them; there is none before the first of all.
    private static int width(int[] widths, int from, int to) {
        int gaps = GAP.length() * (to - Math.max(from, 1));
        return Arrays.stream(widths, from, to).sum() + gaps;
    }

    /// Columns from `from` up to `to`, behind the first `repeated`.
    private void part(StringBuilder text, int[] widths, int repeated, int from, int to) {
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < Math.min(to, row.size()); i++) {
                if (i < repeated || i >= from) {
                    String pad = " ".repeat(widths[i] - row.get(i).length());
                    line.append(i == 0 ? "" : GAP);
                    line.append(i < left ? row.get(i) + pad : pad + row.get(i));
                }
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
    }
}
