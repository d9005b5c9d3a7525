package org.gleaner.lab.validate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/// All boots of one cell of traces together.
///
/// @param place the file and the line of the first of them, for messages
/// @param accesses of each trace
/// @param distinctPages of each trace
/// @param runs how many
/// @param guests for each trace, bands of what its cgroup counted: [#COUNTED]
/// @param all bands of the sums over all traces
public record TogetherRuns(
        TogetherCell cell,
        String place,
        List<Long> accesses,
        List<Long> distinctPages,
        int runs,
        List<Map<ReclaimCounter, Band>> guests,
        Map<ReclaimCounter, Band> all) {

    /// What the kernel counts by cgroup in all versions.
    public static final List<ReclaimCounter> COUNTED =
            List.of(ReclaimCounter.PGMAJFAULT, ReclaimCounter.PGSCAN, ReclaimCounter.PGSTEAL);

    /// One line of a table.
    ///
    /// @param numbers by column, one for each trace
    record Row(TogetherCell cell, String place, Map<String, List<Long>> numbers) {
        List<Long> of(String column) {
            return numbers.getOrDefault(column, List.of());
        }
    }

    static TogetherRuns of(List<Row> rows) {
        Row first = rows.getFirst();
        List<Map<ReclaimCounter, Band>> guests = new ArrayList<>();
        for (int i = 0; i < first.cell().traces().size(); i++) {
            int guest = i;
            guests.add(bands(rows, counts -> counts.get(guest)));
        }
        return new TogetherRuns(
                first.cell(),
                first.place(),
                first.of("accesses"),
                first.of("distinct"),
                rows.size(),
                guests,
                bands(rows, counts -> counts.stream().mapToLong(Long::longValue).sum()));
    }

    private static Map<ReclaimCounter, Band> bands(
            List<Row> rows, ToLongFunction<List<Long>> count) {
        Map<ReclaimCounter, Band> bands = new EnumMap<>(ReclaimCounter.class);
        for (ReclaimCounter counter : COUNTED) {
            bands.put(
                    counter,
                    Band.of(
                            rows.stream()
                                    .map(row -> row.of(counter.column()))
                                    .mapToLong(count)
                                    .boxed()
                                    .toList()));
        }
        return bands;
    }
}
