package org.gleaner.check;

/// A small concurrent program over the real classes, and what must hold of it under every schedule.
///
/// ```
/// final class TwoAgers extends Program {
///     TwoAgers() {
///         super("two-agers", "one accessed bit is taken once", "review of v7, patch 9");
///     }
///
///     @Override
///     protected void build(Stage stage, Variant variant) { ... }
/// }
/// ```
///
/// What must hold is said by the invariants that are armed in the code, by [Finding#check] in an actor or
/// after all of them, and by what the engine knows: no deadlock, no livelock.
///
/// [#build] is called anew for each run, so all state belongs into its locals. A program must not
/// depend on anything else: no clock, no chance, no statics.
public abstract class Program {
    /// On the command line.
    public final String name;

    /// What it checks, in one line.
    public final String checks;

    /// The patch, the review mail or the document that raised it.
    public final String source;

    protected Program(String name, String checks, String source) {
        this.name = name;
        this.checks = checks;
        this.source = source;
    }

    /// Sets one run up, with the protocols as `variant` has them.
    protected abstract void build(Stage stage, Variant variant);

    /// Whether its memory is that of x86, with store buffers. Else all CPUs see one order.
    public boolean storeBuffers() {
        return false;
    }

    /// Most preemptions that are explored, or [Search#UNBOUNDED].
    public int bound() {
        return Search.UNBOUNDED;
    }
}
