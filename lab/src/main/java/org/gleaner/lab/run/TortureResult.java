package org.gleaner.lab.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.function.ToLongFunction;
import org.gleaner.lab.choice.AgingChoice;
import org.jspecify.annotations.Nullable;

/// What torture did, design by design, and what broke.
///
/// @param aging the design that was asked for, null if all in turn
/// @param armed whether invariants and the order of locks were checked: with Java's assertions
/// @param interrupted whether the user stopped it
/// @param designs that were asked for, in the order of their turns, with what was done to each;
///     nothing, too
/// @param failures the violation, in a line, or what was too little to mean anything
/// @param dump where everybody was when it happened; null if nothing did
@JsonPropertyOrder({"seed", "aging", "armed", "interrupted", "rounds", "operations"})
public record TortureResult(
        long seed,
        @Nullable AgingChoice aging,
        boolean armed,
        boolean interrupted,
        List<Design> designs,
        List<String> failures,
        @Nullable String dump,
        double wallSeconds)
        implements Result {

    public TortureResult {
        designs = List.copyOf(designs);
        failures = List.copyOf(failures);
    }

    /// What was done to one design.
    ///
    /// @param rounds machines that were set up, tortured and taken down
    /// @param whole whether there was a round, and each came to its end
    /// @param tortureSeconds of these rounds, without setting up, checking and taking down
    /// @param operations guest accesses, and runs of them
    /// @param refused accesses that were refused, as they must be or may be
    /// @param faults of the host
    /// @param agingPasses that agers finished
    /// @param youngPages that harvests found
    /// @param protects of all memory to read-only and back
    /// @param unmaps of half of the memory, and mappings again
    /// @param slotChanges deletions of a memslot, and creations again
    public record Design(
            AgingChoice aging,
            int rounds,
            boolean whole,
            double tortureSeconds,
            long operations,
            long refused,
            long faults,
            long swapIns,
            long swapOuts,
            long agingPasses,
            long youngPages,
            long protects,
            long unmaps,
            long slotChanges) {

        /// What was taken away from the guest, one way or another.
        @JsonIgnore
        public long changes() {
            return protects + unmaps + slotChanges;
        }
    }

    /// Of the designs that were asked for, those whose rounds all came to their end.
    public Completeness completeness() {
        return Completeness.of(
                designs.stream().map(each -> each.aging().label()).toList(),
                designs.stream().filter(Design::whole).map(each -> each.aging().label()).toList());
    }

    @JsonProperty
    public int rounds() {
        return (int) sum(Design::rounds);
    }

    @JsonProperty
    public long operations() {
        return sum(Design::operations);
    }

    @JsonProperty
    public long refused() {
        return sum(Design::refused);
    }

    @JsonProperty
    public long faults() {
        return sum(Design::faults);
    }

    @JsonProperty
    public long swapIns() {
        return sum(Design::swapIns);
    }

    @JsonProperty
    public long swapOuts() {
        return sum(Design::swapOuts);
    }

    @JsonProperty
    public long agingPasses() {
        return sum(Design::agingPasses);
    }

    @JsonProperty
    public long youngPages() {
        return sum(Design::youngPages);
    }

    @JsonProperty
    public long protects() {
        return sum(Design::protects);
    }

    @JsonProperty
    public long unmaps() {
        return sum(Design::unmaps);
    }

    @JsonProperty
    public long slotChanges() {
        return sum(Design::slotChanges);
    }

    private long sum(ToLongFunction<Design> count) {
        return designs.stream().mapToLong(count).sum();
    }
}
