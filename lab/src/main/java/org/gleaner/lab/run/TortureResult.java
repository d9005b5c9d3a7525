package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.choice.AgingDesign;
import org.jspecify.annotations.Nullable;

/// What torture did, and what broke.
///
/// @param aging the design, null if all in turn
/// @param armed whether invariants and the order of locks were checked: with Java's assertions
/// @param rounds machines that were set up, tortured and taken down
/// @param complete false if the user stopped it
/// @param operations guest accesses, and runs of them
/// @param refused accesses that were refused, as they must be or may be
/// @param faults of the host
/// @param agingPasses that agers finished
/// @param youngPages that harvests found
/// @param protects of all memory to read-only and back
/// @param unmaps of half of the memory, and mappings again
/// @param slotChanges deletions of a memslot, and creations again
/// @param failures the violation, in a line
/// @param dump where everybody was when it happened; null if nothing did
public record TortureResult(
        long seed,
        @Nullable AgingDesign aging,
        boolean armed,
        int rounds,
        boolean complete,
        long operations,
        long refused,
        long faults,
        long swapIns,
        long swapOuts,
        long agingPasses,
        long youngPages,
        long protects,
        long unmaps,
        long slotChanges,
        List<String> failures,
        @Nullable String dump,
        double wallSeconds)
        implements Result {

    public TortureResult {
        failures = List.copyOf(failures);
    }
}
