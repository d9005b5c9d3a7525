package org.gleaner.mm.aging;

/// A design with its three separable ingredients, each of which an experiment may take away or put
/// back.
///
/// @param design the API generation and mm's use of it
/// @param flush `clear_flush_young` really flushes the secondary TLB if anything was young; without
///     it, the architecture elides the flush (x86 does so since 6.13)
/// @param lookAround a young eviction target makes reclaim harvest its neighbours
/// @param lock the secondary MMU takes its lock for writing around each query or batch
public record AgingPlan(AgingDesign design, boolean flush, boolean lookAround, boolean lock) {
    /// Parses `DESIGN`, followed by any of `/no-flush`, `/no-look-around` and `/lock`: the
    /// ablations.
    ///
    /// @throws IllegalArgumentException naming what is known
    public static AgingPlan parse(String text) {
        String[] parts = text.split("/");
        AgingPlan plan = AgingDesign.forName(parts[0]).plan();
        for (int i = 1; i < parts.length; i++) {
            plan =
                    switch (parts[i]) {
                        case "no-flush" -> plan.withoutFlush();
                        case "no-look-around" -> plan.withoutLookAround();
                        case "lock" -> plan.withLock();
                        default ->
                                throw new IllegalArgumentException(
                                        "no ablation '"
                                                + parts[i]
                                                + "' of an aging design;"
                                                + " known: no-flush, no-look-around, lock");
                    };
        }
        return plan;
    }

    public AgingPlan withoutFlush() {
        return new AgingPlan(design, false, lookAround, lock);
    }

    public AgingPlan withoutLookAround() {
        return new AgingPlan(design, flush, false, lock);
    }

    public AgingPlan withLock() {
        return new AgingPlan(design, flush, lookAround, true);
    }

    /// mm's half of the plan.
    public SecondaryAging secondary() {
        return secondary(true);
    }

    /// mm's half of the plan.
    ///
    /// @param walk bit 0x8 of `lru_gen/enabled`; of no effect on a design without it
    public SecondaryAging secondary(boolean walk) {
        SecondaryAging aging = design.half();
        if (!walk && design.hasWalkBit()) {
            aging = new WithoutSecondaryWalk(design, aging);
        }
        return lookAround ? aging : new WithoutLookAround(aging);
    }

    /// The text that [#parse] takes.
    @Override
    public String toString() {
        AgingPlan pure = design.plan();
        return design.id()
                + (pure.flush && !flush ? "/no-flush" : "")
                + (lookAround ? "" : "/no-look-around")
                + (lock && !pure.lock ? "/lock" : "");
    }
}
