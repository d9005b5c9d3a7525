package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A table for people: a heading, then rows, in columns as wide as their widest cell. The first
/// columns may be aligned to the left; the rest, which hold figures, are aligned to the right.
public final class TextTable {

    private static final String GAP = "  ";

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

    @Override
    public String toString() {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? "" : GAP);
                line.append(i < left ? row.get(i) + pad : pad + row.get(i));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
