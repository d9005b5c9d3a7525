package org.gleaner.kvm.mmu;

/// How a page fault ended (`RET_PF_*`, same numbers).
public final class RetPf {
    /// Go back to the guest; it will fault again if it must.
    public static final int RETRY = 1;

    /// The fast path cannot tell: take the slow one.
    public static final int INVALID = 4;

    /// An entry was changed; the access will pass.
    public static final int FIXED = 5;

    /// Somebody else had fixed it already.
    public static final int SPURIOUS = 6;

    private RetPf() {}
}
