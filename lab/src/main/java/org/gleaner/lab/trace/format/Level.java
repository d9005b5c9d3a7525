package org.gleaner.lab.trace.format;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the records of a trace are, and so what it means to replay them as accesses of memory.
public enum Level {
    MEMORY("memory", ""),
    PHYSICAL("memory (physical)", ""),
    SAMPLED(
            "memory (sampled)",
            "samples of a program's accesses, not all of them: most faults are missing"),
    REGION(
            "page region",
            "accesses rebuilt from regions: each interval touches every page of each region that"
                    + " was accessed in it, once and in ascending order"),
    RESIDENT("page (resident set)", "pages that were resident, in no order of accesses"),
    COUNTS("page (counts)", "counts of accesses for each page, in no order"),
    BLOCK("block", "blocks of a disk replayed as pages of memory"),
    KEY("key", "keys of a cache replayed as pages of memory, each of the size of a page");

    private final String label;
    private final String caveat;

    Level(String label, String caveat) {
        this.label = label;
        this.caveat = caveat;
    }

    /// The word for it in results.
    public String label() {
        return label;
    }

    /// The word for it in the properties of a page trace: finer than [#label].
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The level with that [#key]; null if there is none.
    public static @Nullable Level ofKey(String key) {
        for (Level each : values()) {
            if (each.key().equals(key)) {
                return each;
            }
        }
        return null;
    }

    /// One line on what a replay of it is not; empty for what is accesses of memory.
    public String caveat() {
        return caveat;
    }

    /// Whether the records come in the order of accesses, so that they can be replayed.
    public boolean ordered() {
        return this != RESIDENT && this != COUNTS;
    }

    /// Whether pages that are neighbours in number are neighbours in memory or on a disk. Keys that
    /// are near each other have nothing in common.
    public boolean hasNeighbours() {
        return this != KEY;
    }
}
