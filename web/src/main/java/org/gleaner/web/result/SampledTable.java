package org.gleaner.web.result;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `samples.csv`, made so small that a page can hold and draw it.
///
/// @param rows in the file
/// @param series by configuration and group, in the order in which they came
public record SampledTable(long rows, List<Series> series) {

    static final SampledTable NONE = new SampledTable(0, List.of());

    /// What the page draws. A column that a file has not is left out.
    private static final List<String> SHOWN =
            Stream.concat(
                            Stream.of(
                                    "nr_free_pages",
                                    "nr_inactive_anon",
                                    "nr_active_anon",
                                    "nr_inactive_file",
                                    "nr_active_file",
                                    "pgscan",
                                    "pgsteal",
                                    "pgmajfault",
                                    "memory_some_us",
                                    "memory_full_us",
                                    "vcpu_stall_ns",
                                    "pf_fixed",
                                    "pf_fast"),
                            Stream.concat(
                                    IntStream.range(0, 4)
                                            .boxed()
                                            .flatMap(age ->
                                                    Stream.of(
                                                            "lru_gen_anon_" + age,
                                                            "lru_gen_file_" + age)),
                                    Stream.of(
                                                    "mmu_lock",
                                                    "mmu_lock:R",
                                                    "mmap_lock",
                                                    "mmap_lock:R",
                                                    "ptlock",
                                                    "lru_lock",
                                                    "zone_lock",
                                                    "swap_lock",
                                                    "other_locks")
                                            .map(lock -> lock + "_wait_ns")))
                    .toList();

    public SampledTable {
        series = List.copyOf(series);
    }

    /// One series: a host's, or a guest's.
    ///
    /// @param group `host`, or the guest's name
    /// @param rows that it had in the file
    /// @param columns by name; a null is an empty cell
    public record Series(
            String configuration, String group, long rows, Map<String, List<?>> columns) {}

    private record Name(String configuration, String group) {}

    /// Reads it.
    ///
    /// @param most points that stay, of all series together
    static SampledTable of(Path file, int most) throws IOException {
        try (CsvRows rows = new CsvRows(file)) {
            List<String> shown = SHOWN.stream().filter(rows::has).toList();
            int[] columns = shown.stream().mapToInt(rows::column).toArray();
            int configuration = rows.column("configuration");
            int group = rows.column("group");
            int seconds = rows.column("seconds");
            int phase = rows.column("phase");
            Map<Name, Stretches> all = new LinkedHashMap<>();
            long count = 0;
            for (List<String> cells = rows.next(); cells != null; cells = rows.next()) {
                Name name = new Name(cells.get(configuration), cells.get(group));
                Stretches stretches =
                        all.computeIfAbsent(name, _ -> new Stretches(columns.length, most));
                double[] values = new double[columns.length];
                for (int i = 0; i < columns.length; i++) {
                    values[i] = rows.number(cells, columns[i]);
                }
                stretches.add(rows.number(cells, seconds), cells.get(phase), values);
                count++;
            }
            int each = Math.max(200, most / Math.max(1, all.size()));
            List<Series> series = new ArrayList<>();
            all.forEach((name, stretches) -> {
                stretches.reduceTo(each);
                series.add(series(name, shown, stretches));
            });
            return new SampledTable(count, series);
        }
    }

    private static Series series(Name name, List<String> shown, Stretches stretches) {
        Map<String, List<?>> columns = new LinkedHashMap<>();
        columns.put("seconds", stretches.seconds());
        columns.put("phase", stretches.phases());
        for (int i = 0; i < shown.size(); i++) {
            List<Number> values = stretches.column(i);
            if (values.stream().anyMatch(value -> value != null && value.doubleValue() != 0)) {
                columns.put(shown.get(i), values);
            }
        }
        return new Series(name.configuration, name.group, stretches.rows(), columns);
    }

    /// As the page reads it; an empty object if there is nothing.
    public ObjectNode tree() {
        ObjectNode tree = JsonMapper.shared().createObjectNode();
        if (!series.isEmpty()) {
            tree.put("rows", rows);
            tree.set("series", JsonMapper.shared().valueToTree(series));
        }
        return tree;
    }
}
