package org.gleaner.mm.pte;

import org.gleaner.mm.folio.PageSize;
import org.gleaner.pagetable.Geometry;

/// How a host's processor translates for the host itself: the shape of its page tables, and with it
/// the size of its pages.
///
/// @param format of entries
/// @param geometry at least three levels
/// @param setsFlags whether the processor sets accessed and dirty bits by itself; if not, an access
///     that wants one set faults for it
/// @param broadcasts whether other processors are made to forget a translation by an instruction
///     that all obey; if not, each is interrupted
public record HostPaging(
        PteFormat format, Geometry geometry, boolean setsFlags, boolean broadcasts) {
    /// Four levels over pages of 4 KiB.
    public static final HostPaging X86_64 =
            new HostPaging(PteFormat.X86_64, Geometry.FOUR_BY_NINE, true, false);

    private static final HostPaging ARM64_4K = arm64(Geometry.FOUR_BY_NINE);
    private static final HostPaging ARM64_16K = arm64(Geometry.of(14, 11, 11, 11));
    private static final HostPaging ARM64_64K = arm64(Geometry.of(16, 13, 13, 6));

    private static final int LEAST_LEVELS = 3;

    public HostPaging {
        if (geometry.levels < LEAST_LEVELS) {
            throw new IllegalArgumentException("page tables of a host: " + geometry);
        }
    }

    /// arm64 with a granule of 2^`pageShift` bytes: 48 bits of address, 47 with pages of 16 KiB,
    /// whose fourth level would have two entries.
    ///
    /// @throws IllegalArgumentException if there is no such granule
    public static HostPaging arm64(int pageShift) {
        return switch (pageShift) {
            case 12 -> ARM64_4K;
            case 14 -> ARM64_16K;
            case 16 -> ARM64_64K;
            default -> throw new IllegalArgumentException("no granule of 2^" + pageShift);
        };
    }

    private static HostPaging arm64(Geometry geometry) {
        return new HostPaging(PteFormat.arm64(geometry), geometry, true, true);
    }

    /// The same, where an access that finds a bit clear faults.
    public HostPaging faultsForFlags() {
        return new HostPaging(format, geometry, false, broadcasts);
    }

    /// The pages that the host counts in.
    public PageSize page() {
        return PageSize.of(geometry);
    }
}
