package org.gleaner.kvm.mmu;

/// What a second stage itself has had forgotten of its translations, where an architecture has
/// instructions for less than all of them.
///
/// @param ranges all of a range, at the end of an unmap or for a table that a block replaces
/// @param entries one leaf, between its break and its make
/// @param local one page, on the CPU alone that has given it rights
public record Invalidations(long ranges, long entries, long local) {
    /// Where all is forgotten each time, by common code.
    public static final Invalidations NONE = new Invalidations(0, 0, 0);
}
