package org.gleaner.kvm.mmu;

import static java.util.Objects.requireNonNull;

import org.gleaner.machine.OneCpu;
import org.jspecify.annotations.Nullable;

/// What an ager is asked: to test, or to test and clear; to say of each page whether it was young;
/// and which pages it may clear.
///
/// The bit of a page is counted down from the last one of the range: bit 0 is the last page. The
/// bitmaps belong to who asks.
///
/// @param clear clear what is young, too
/// @param young out: gets the bit of each young page; null if one answer for all is enough
/// @param predicate in: the pages that may be cleared; null means all
@OneCpu
public record AgeQuery(boolean clear, long @Nullable [] young, long @Nullable [] predicate) {
    /// Was any page young?
    public static final AgeQuery TEST = new AgeQuery(false, null, null);

    /// The same, and none is afterwards.
    public static final AgeQuery CLEAR = new AgeQuery(true, null, null);

    /// Notes a young page.
    public void found(int bit) {
        if (young != null) {
            Invariants.bitInRange(bit, young.length);
            young[bit >>> 6] |= 1L << bit;
        }
    }

    /// Whether a young page may be cleared.
    ///
    /// @param assumed do not look whether there is a predicate at all
    public boolean allows(int bit, boolean assumed) {
        if (predicate == null && !assumed) {
            return true;
        }
        requireNonNull(predicate, "a predicate");
        Invariants.bitInRange(bit, predicate.length);
        return (predicate[bit >>> 6] & 1L << bit) != 0;
    }

    /// Whether one young page is all the answer.
    public boolean endsAtFirst() {
        return young == null && !clear;
    }
}
