package org.gleaner.mm.aging;

import java.util.Arrays;
import java.util.stream.Collectors;

/// The nine ways to age memory that secondary MMUs map: what eleven versions of one patch series
/// did, before, between and after, and what its reviewer proposed.
///
/// | design | who has it | walk and look-around ask the secondary MMU | secondary lock |
/// |---|---|---|---|
/// | `locked-flush` | 6.1 | never; only the eviction target, with a TLB flush | write |
/// | `locked` | 6.12 | once per page | write |
/// | `v1` | Feb 2023 | twice per 64 pages, flip bitmap | none |
/// | `v2` | May 2023 | twice per 64 pages, predicate bitmap | none |
/// | `v3` | Apr 2024 | twice per 64 pages, split operations | none |
/// | `v5-fast-only` | Jun 2024 | twice per young page | none |
/// | `v6-fast-only` | Jul 2024 | once per page | none |
/// | `merged` | 6.18 | once per page | none |
/// | `two-bitmaps` | nobody | twice per 64 pages, two bitmaps | none |
public enum AgingDesign {
    LOCKED_FLUSH("locked-flush"),
    LOCKED("locked"),
    V1("v1"),
    V2("v2"),
    V3("v3"),
    V5_FAST_ONLY("v5-fast-only"),
    V6_FAST_ONLY("v6-fast-only"),
    MERGED("merged"),
    TWO_BITMAPS("two-bitmaps");

    private final String id;

    AgingDesign(String id) {
        this.id = id;
    }

    /// The name on the command line and in reports.
    public String id() {
        return id;
    }

    /// The design called `name`.
    ///
    /// @throws IllegalArgumentException if there is none; the message names them all
    public static AgingDesign forName(String name) {
        for (AgingDesign design : values()) {
            if (design.id.equals(name)) {
                return design;
            }
        }
        String known =
                Arrays.stream(values()).map(AgingDesign::id).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("no aging design named '" + name + "'; known: " + known);
    }

    /// What kernel `version` has.
    ///
    /// @throws IllegalArgumentException for a version other than 6.1, 6.12, 6.18 and 7.2
    public static AgingDesign ofKernel(String version) {
        return switch (version) {
            case "6.1" -> LOCKED_FLUSH;
            case "6.12" -> LOCKED;
            case "6.18", "7.2" -> MERGED;
            default ->
                    throw new IllegalArgumentException(
                            "no kernel '" + version + "'; known: 6.1, 6.12, 6.18, 7.2");
        };
    }

    /// Whether it can be switched off, by bit 0x8 of `lru_gen/enabled`, that page-table walks ask secondary
    /// MMUs. What Linux has does so always or never.
    public boolean hasWalkBit() {
        return switch (this) {
            case LOCKED_FLUSH, LOCKED, MERGED -> false;
            case V1, V2, V3, V5_FAST_ONLY, V6_FAST_ONLY, TWO_BITMAPS -> true;
        };
    }

    /// The design as it was, without ablations.
    public AgingPlan plan() {
        boolean flushes = this != MERGED;
        boolean locks = this == LOCKED_FLUSH || this == LOCKED;
        return new AgingPlan(this, flushes, true, locks);
    }

    @Override
    public String toString() {
        return id;
    }
}
