package org.gleaner.lab.validate;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.gleaner.lab.choice.Through;

/// All repetitions of one cell.
///
/// @param place the file and the line of the first of them, for messages
/// @param accesses in the trace that was replayed
/// @param distinctPages of that trace
/// @param runs how many
/// @param bands for each counter
/// @param secondStage for each counter of a table that has them, of a guest; else empty
public record RealRuns(
        Cell cell,
        String place,
        long accesses,
        long distinctPages,
        int runs,
        Map<ReclaimCounter, Band> bands,
        Map<Stage2Counter, Band> secondStage) {

    /// One line of a table.
    record Row(Cell cell, String place, Map<String, Long> numbers) {
        long number(String column) {
            Long value = numbers.get(column);
            return value == null ? 0 : value;
        }

        boolean hasSecondStage() {
            return cell.through() == Through.KVM
                    && numbers.keySet().containsAll(Stage2Counter.COLUMNS);
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
        Map<Stage2Counter, Band> secondStage = new EnumMap<>(Stage2Counter.class);
        if (first.hasSecondStage()) {
            for (Stage2Counter counter : Stage2Counter.values()) {
                secondStage.put(counter, Band.of(rows.stream().map(counter::of).toList()));
            }
        }
        return new RealRuns(
                first.cell(),
                first.place(),
                first.number("accesses"),
                first.number("distinct"),
                rows.size(),
                bands,
                secondStage);
    }
}
