package org.gleaner.lab.choice;

/// How the host learns from KVM which pages a guest used: the generations of the notifier API, in
/// the order in which they were posted.
public enum AgingDesign implements Choice {
    /// `clear_flush_young` under the MMU lock held for writing, with a TLB flush.
    LOCKED_FLUSH("locked-flush"),

    /// `clear_young` under the MMU lock held for writing, without a flush.
    LOCKED("locked"),

    /// A bitmap whose bits are flipped where a page was young; walked under RCU.
    V1("v1"),

    /// One call with a flag to clear and a bitmap as predicate; falls back to the lock.
    V2("v2"),

    /// Separate test and clear with a bitmap, and three return bits.
    V3("v3"),

    /// A separate call that only tries the fast path and may decline.
    V5_FAST_ONLY("v5-fast-only"),

    /// The old calls with a `fast_only` argument, for notifiers that opted in.
    V6_FAST_ONLY("v6-fast-only"),

    /// What Linux took: the old calls, lock-free inside KVM where it can be.
    MERGED("merged"),

    /// A reviewer's proposal that no kernel has: one bitmap to ask with, one to answer.
    TWO_BITMAPS("two-bitmaps");

    private final String label;

    AgingDesign(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
