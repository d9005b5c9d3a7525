package org.gleaner.kvm;

/// How a page fault ended (`RET_PF_*`, same numbers).
final class RetPf {
    /// Go back to the guest; it will fault again if it must.
    static final int RETRY = 1;

    /// The fast path cannot tell: take the slow one.
    static final int INVALID = 4;

    /// An entry was changed; the access will pass.
    static final int FIXED = 5;

    /// Somebody else had fixed it already.
    static final int SPURIOUS = 6;

    private RetPf() {}
}
