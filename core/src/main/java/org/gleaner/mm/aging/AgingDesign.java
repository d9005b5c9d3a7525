package org.gleaner.mm.aging;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
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
    LOCKED_FLUSH("locked-flush", "6.1", TargetOnlyAging::new, Traits.LOCKS, Traits.FLUSHES),
    LOCKED("locked", "6.12", PerPageAging::new, Traits.LOCKS, Traits.FLUSHES),
    V1(
            "v1",
            "6.2",
            FlipBitmapAging::new,
            Traits.HAS_WALK_BIT,
            Traits.LOCKS_BASELINE,
            Traits.FLUSHES),
    V2(
            "v2",
            "6.4",
            PredicateBitmapAging::new,
            Traits.HAS_WALK_BIT,
            Traits.LOCKS_BASELINE,
            Traits.FLUSHES),
    V3(
            "v3",
            "6.9",
            SplitBitmapAging::new,
            Traits.HAS_WALK_BIT,
            Traits.LOCKS_BASELINE,
            Traits.FLUSHES),
    V5_FAST_ONLY("v5-fast-only", "6.10", FastOnlyAging::new, Traits.HAS_WALK_BIT, Traits.FLUSHES),
    V6_FAST_ONLY(
            "v6-fast-only", "6.10", FastOnlyFlagAging::new, Traits.HAS_WALK_BIT, Traits.FLUSHES),
    MERGED("merged", "6.18", PerPageAging::new),
    TWO_BITMAPS(
            "two-bitmaps",
            "6.4",
            TwoBitmapAging::new,
            Traits.HAS_WALK_BIT,
            Traits.LOCKS_BASELINE,
            Traits.FLUSHES);

    private enum Traits {
        /// Every query takes the secondary MMU's lock.
        LOCKS,

        /// The baseline queries do, the design's own does not.
        LOCKS_BASELINE,

        /// `clear_flush_young` flushes if anything was young.
        FLUSHES,

        /// Bit 0x8 of `lru_gen/enabled` says whether page-table walks ask secondary MMUs.
        HAS_WALK_BIT
    }

    private final String id;
    private final String release;
    private final Supplier<SecondaryAging> half;
    private final List<Traits> traits;

    AgingDesign(String id, String release, Supplier<SecondaryAging> half, Traits... traits) {
        this.id = id;
        this.release = release;
        this.half = half;
        this.traits = List.of(traits);
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

    /// Whether it can be switched off, by bit 0x8 of `lru_gen/enabled`, that page-table walks ask
    /// secondary MMUs. What Linux has does so always or never.
    public boolean hasWalkBit() {
        return traits.contains(Traits.HAS_WALK_BIT);
    }

    /// Whether the baseline queries take the secondary MMU's lock, also where the design's own
    /// query does not.
    public boolean locksBaseline() {
        return traits.contains(Traits.LOCKS) || traits.contains(Traits.LOCKS_BASELINE);
    }

    /// The release of Linux that has the design; of one that none has, the release it was posted
    /// for.
    public String release() {
        return release;
    }

    /// mm's half, new.
    SecondaryAging half() {
        return half.get();
    }

    /// The design as it was, without ablations.
    public AgingPlan plan() {
        boolean flushes = traits.contains(Traits.FLUSHES);
        return new AgingPlan(this, flushes, true, traits.contains(Traits.LOCKS));
    }

    @Override
    public String toString() {
        return id;
    }
}
