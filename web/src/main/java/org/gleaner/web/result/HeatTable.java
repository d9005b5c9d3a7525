package org.gleaner.web.result;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `heat.csv` as maps: for each guest its ranges of pages, the moments, and what was seen.
///
/// @param maps by configuration and guest, in the order in which they came
public record HeatTable(List<HeatMap> maps) {

    static final HeatTable NONE = new HeatTable(List.of());

    public HeatTable {
        maps = List.copyOf(maps);
    }

    /// One guest's memory. The lists of cells have all ranges of the first moment, then those of
    /// the second, and so on; a null is a range of which that is not known.
    ///
    /// @param dropped moments of the file that were left out between those that stay
    /// @param ranges first page and number of pages, from low to high addresses
    /// @param generation mean age in generations; empty if no range has one
    /// @param active share of what is in memory
    /// @param resident share of what was looked at
    public record HeatMap(
            String configuration,
            String guest,
            int dropped,
            List<Double> seconds,
            List<long[]> ranges,
            List<@Nullable Double> generation,
            List<@Nullable Double> active,
            List<@Nullable Double> resident) {}

    private record Name(String configuration, String guest) {}

    private record Cell(double generation, double active, double resident) {}

    /// Reads it.
    ///
    /// @param most cells that stay, of all maps together
    static HeatTable of(Path file, int most) throws IOException {
        Map<Name, Drawing> all = new LinkedHashMap<>();
        long cells = 0;
        try (CsvRows rows = new CsvRows(file)) {
            int configuration = rows.column("configuration");
            int guest = rows.column("guest");
            int seconds = rows.column("seconds");
            int row = rows.column("row");
            int first = rows.column("first_page");
            int pages = rows.column("pages");
            int looked = rows.column("looked_at");
            int resident = rows.column("resident");
            int active = rows.column("active");
            int generation = rows.column("generation");
            for (List<String> each = rows.next(); each != null; each = rows.next()) {
                double there = rows.number(each, resident);
                Cell cell =
                        new Cell(
                                rows.number(each, generation),
                                rows.number(each, active) / there,
                                there / rows.number(each, looked));
                long[] range = {(long) rows.number(each, first), (long) rows.number(each, pages)};
                all.computeIfAbsent(
                                new Name(each.get(configuration), each.get(guest)),
                                _ -> new Drawing())
                        .put(rows.number(each, seconds), (int) rows.number(each, row), range, cell);
                cells++;
            }
        }
        int step = (int) Math.max(1, (cells + most - 1) / most);
        List<HeatMap> maps = new ArrayList<>();
        all.forEach((name, drawing) -> maps.add(drawing.map(name, step)));
        return new HeatTable(maps);
    }

    /// As the page reads it; an empty list if there is nothing.
    public ObjectNode tree() {
        ObjectNode tree = JsonMapper.shared().createObjectNode();
        tree.set("maps", JsonMapper.shared().valueToTree(maps));
        return tree;
    }

    /// A map while it is read.
    private static final class Drawing {
        private final TreeMap<Integer, long[]> ranges = new TreeMap<>();
        private final TreeMap<Double, Map<Integer, Cell>> moments = new TreeMap<>();

        void put(double second, int row, long[] range, Cell cell) {
            ranges.put(row, range);
            moments.computeIfAbsent(second, _ -> new LinkedHashMap<>()).put(row, cell);
        }

        HeatMap map(Name name, int step) {
            List<Double> seconds = new ArrayList<>();
            List<@Nullable Double> generation = new ArrayList<>();
            List<@Nullable Double> active = new ArrayList<>();
            List<@Nullable Double> resident = new ArrayList<>();
            int moment = 0;
            for (Map.Entry<Double, Map<Integer, Cell>> each : moments.entrySet()) {
                if (moment++ % step != 0) {
                    continue;
                }
                seconds.add(each.getKey());
                for (int row : ranges.keySet()) {
                    Cell cell = each.getValue().get(row);
                    generation.add(cell == null ? null : rounded(cell.generation));
                    active.add(cell == null ? null : rounded(cell.active));
                    resident.add(cell == null ? null : rounded(cell.resident));
                }
            }
            boolean aged = generation.stream().anyMatch(value -> value != null);
            return new HeatMap(
                    name.configuration,
                    name.guest,
                    step - 1,
                    seconds,
                    List.copyOf(ranges.values()),
                    aged ? generation : List.of(),
                    active,
                    resident);
        }

        private static @Nullable Double rounded(double value) {
            return Double.isFinite(value) ? Math.round(value * 100) / 100.0 : null;
        }
    }
}
