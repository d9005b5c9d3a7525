package org.gleaner.mm.folio;

import org.gleaner.pagetable.Geometry;
import org.gleaner.pagetable.RadixTable;

/// How large a base page of a host is, and a huge one: what counts in pages or bytes is derived
/// from here.
///
/// @param bytes of a base page, a power of two
/// @param hugePages base pages of a huge one (`HPAGE_PMD_NR`): as many as a page table has entries
public record PageSize(int bytes, int hugePages) {
    /// Pages of 4 KiB, huge ones of 2 MiB.
    public static final PageSize KIB_4 = of(Geometry.FOUR_BY_NINE);

    /// Bytes of the pages that costs are told for.
    private static final int UNIT = 4096;

    /// The pages of tables of this shape.
    public static PageSize of(Geometry geometry) {
        return new PageSize(geometry.pageBytes(), (int) geometry.pages(RadixTable.LEVEL_2M));
    }

    /// [#hugePages] as a power of two (`HPAGE_PMD_ORDER`).
    public int hugeOrder() {
        return Integer.numberOfTrailingZeros(hugePages);
    }

    /// 64-bit words of a base page.
    public int words() {
        return bytes / Long.BYTES;
    }

    /// Pages of 4 KiB in a base page: how many times as much as in the tables of costs it takes to
    /// clear, copy or compress one.
    public int units() {
        return bytes / UNIT;
    }
}
