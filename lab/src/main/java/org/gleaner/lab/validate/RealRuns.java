package org.gleaner.lab.validate;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// All repetitions of one cell.
///
/// @param place the file and the line of the first of them, for messages
/// @param accesses in the trace that was replayed
/// @param distinctPages of that trace
/// @param runs how many
/// @param bands for each counter
public record RealRuns(
        Cell cell,
        String place,
        long accesses,
        long distinctPages,
        int runs,
        Map<ReclaimCounter, Band> bands) {

    /// One line of a table.
    record Row(Cell cell, String place, Map<String, Long> numbers) {
        long number(String column) {
            Long value = numbers.get(column);
            return value == null ? 0 : value;
        }
    }

    static RealRuns of(List<Row> rows) {
        Row first = rows.getFirst();
        Map<ReclaimCounter, Band> bands = new EnumMap<>(ReclaimCounter.class);
        for (ReclaimCounter counter : ReclaimCounter.values()) {
            bands.put(
                    counter,
                    Band.of(rows.stream().map(row -> row.number(counter.column())).toList()));
        }
        return new RealRuns(
                first.cell(),
                first.place(),
                first.number("accesses"),
                first.number("distinct"),
                rows.size(),
                bands);
    }
}
