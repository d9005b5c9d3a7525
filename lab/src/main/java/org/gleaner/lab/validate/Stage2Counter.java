package org.gleaner.lab.validate;

import java.util.List;
import java.util.stream.Stream;

/// What a guest and its host asked of the second stage, as far as a table has it.
public enum Stage2Counter {
    /// Less what the guest costs by itself.
    TRANSLATION_FAULTS(
            "translationFaults",
            true,
            "fault_translation_read",
            "fault_translation_write",
            "fault_translation_exec"),
    ACCESS_FAULTS("accessFaults", true, "fault_access"),
    AGE_CALLS("ageCalls", false, "age_hva"),
    UNMAP_CALLS("unmapCalls", false, "unmap_hva_range");

    /// Of all of these. A table that has one has all.
    static final List<String> COLUMNS =
            Stream.of(values()).flatMap(counter -> counter.columns.stream()).toList();

    /// Bytes of an access in the trace, which the guest reads too.
    private static final long WORD = 4;

    /// Accesses between two reads of the cgroup's statistics, for which the guest stops.
    private static final long BATCH = 512;

    /// Equal parts of the trace; the guest stops at the end of each.
    private static final long POINTS = 64;

    private final String statName;
    private final boolean bound;
    private final List<String> columns;

    Stage2Counter(String statName, boolean bound, String... columns) {
        this.statName = statName;
        this.bound = bound;
        this.columns = List.of(columns);
    }

    /// The name that a replay's result uses.
    public String statName() {
        return statName;
    }

    /// Whether a row fails by this counter. The others tell how reclaim came there.
    public boolean isBound() {
        return bound;
    }

    /// The errors, in percent, that the summary counts rows within.
    public List<Integer> marks() {
        return bound ? List.of(2, ReclaimCounter.BOUND) : List.of(10);
    }

    /// The real kernel's count in a row.
    long of(RealRuns.Row row) {
        long sum = columns.stream().mapToLong(row::number).sum();
        return this == TRANSLATION_FAULTS ? Math.max(0, sum - ownFaults(row)) : sum;
    }

    /// What reading the trace and, on arm64, telling the end of a batch by a store to an unmapped
    /// address cost; on x86 the guest halts for that.
    private static long ownFaults(RealRuns.Row row) {
        long accesses = row.number("accesses");
        long pages = Math.ceilDiv(WORD * accesses, row.cell().machine().pageSize());
        if (!row.cell().machine().arch().equals("arm64")) {
            return pages;
        }
        long ageEvery = row.cell().ageEvery();
        long ages = ageEvery == 0 ? 0 : accesses / ageEvery;
        return pages + accesses / BATCH + accesses / Math.max(1, accesses / POINTS) + ages;
    }
}
