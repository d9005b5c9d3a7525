package org.gleaner.lab.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// Things side by side, a column for each as long as that fits a terminal, or else a row for each
/// if that is narrower.
final class Grid {

    private final int things;
    private final List<String> names = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();
    private int heads;

    /// @param things how many are compared
    Grid(int things) {
        this.things = things;
    }

    /// Adds what tells the things apart. All heads come before any figure; at least one does.
    void head(String name, IntFunction<String> cell) {
        heads++;
        figure(name, cell);
    }

    /// Adds a figure of each.
    void figure(String name, IntFunction<String> cell) {
        names.add(name);
        rows.add(IntStream.range(0, things).mapToObj(cell).toList());
    }

    @Override
    public String toString() {
        TextTable upright = upright();
        TextTable turned = turned();
        boolean turn = !upright.fits() && turned.width() < upright.width();
        return turn ? turned.toString() : upright.toString();
    }

    private TextTable upright() {
        TextTable table = new TextTable(1, line(0).toArray(String[]::new));
        for (int i = 1; i < rows.size(); i++) {
            table.row(line(i).toArray());
        }
        return table;
    }

    private List<String> line(int row) {
        List<String> line = new ArrayList<>();
        line.add(names.get(row));
        line.addAll(rows.get(row));
        return line;
    }

    private TextTable turned() {
        TextTable table =
                new TextTable(heads, names.stream().map(String::strip).toArray(String[]::new));
        for (int i = 0; i < things; i++) {
            int thing = i;
            table.row(rows.stream().map(row -> row.get(thing)).toArray());
        }
        return table;
    }
}
