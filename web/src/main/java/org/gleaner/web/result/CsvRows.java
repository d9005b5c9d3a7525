package org.gleaner.web.result;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of a CSV file as RFC 4180 has them, one at a time: a cell may be quoted, and then hold
/// commas, quotes and line ends. The first row names the columns.
final class CsvRows implements Closeable {

    private final Path file;
    private final BufferedReader in;
    private final List<String> columns;
    private long row = 1;

    CsvRows(Path file) throws IOException {
        this.file = file;
        in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        List<String> head = cells();
        columns = head == null ? List.of() : head;
    }

    /// Where a column stands.
    ///
    /// @throws NotAResult if there is none of that name
    int column(String name) {
        int at = columns.indexOf(name);
        if (at < 0) {
            throw bad("has no column '" + name + "'");
        }
        return at;
    }

    boolean has(String name) {
        return columns.contains(name);
    }

    /// The next row, or null at the end.
    ///
    /// @throws NotAResult if it has another number of cells than the first
    @Nullable List<String> next() throws IOException {
        List<String> cells = cells();
        row++;
        if (cells != null && cells.size() != columns.size()) {
            throw bad("has %d cells, not %d".formatted(cells.size(), columns.size()));
        }
        return cells;
    }

    /// The number in a cell of the row that was read last; not a number if it is empty.
    double number(List<String> cells, int column) {
        String text = cells.get(column);
        if (text.isEmpty()) {
            return Double.NaN;
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw bad("'" + Headline.brief(text) + "' is no number");
        }
    }

    private NotAResult bad(String what) {
        return new NotAResult(
                file + ":" + row, what, "run the command again, or take the file away");
    }

    private @Nullable List<String> cells() throws IOException {
        String line = in.readLine();
        if (line == null) {
            return null;
        }
        List<String> cells = new ArrayList<>(columnsHint());
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        while (true) {
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (c == '"') {
                    if (quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
                        cell.append(line.charAt(++i));
                    } else {
                        quoted = !quoted;
                    }
                } else if (c == ',' && !quoted) {
                    cells.add(cell.toString());
                    cell.setLength(0);
                } else {
                    cell.append(c);
                }
            }
            if (!quoted) {
                cells.add(cell.toString());
                return cells;
            }
            cell.append('\n');
            line = in.readLine();
            if (line == null) {
                throw bad("a quote is not closed");
            }
        }
    }

    private int columnsHint() {
        return columns == null ? 16 : columns.size();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
