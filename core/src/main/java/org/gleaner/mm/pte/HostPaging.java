package org.gleaner.mm.pte;

import org.gleaner.mm.folio.PageSize;
import org.gleaner.pagetable.Geometry;

/// How a host's processor translates for the host itself: the shape of its page tables, and with it
/// the size of its pages.
///
/// @param geometry at least three levels
public record HostPaging(Geometry geometry) {
    /// Four levels over pages of 4 KiB.
    public static final HostPaging X86_64 = new HostPaging(Geometry.FOUR_BY_NINE);

    private static final int LEAST_LEVELS = 3;

    public HostPaging {
        if (geometry.levels < LEAST_LEVELS) {
            throw new IllegalArgumentException("page tables of a host: " + geometry);
        }
    }

    /// The pages that the host counts in.
    public PageSize page() {
        return PageSize.of(geometry);
    }
}
