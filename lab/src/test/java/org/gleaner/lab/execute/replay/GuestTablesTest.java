package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;

import org.gleaner.mm.folio.PageSize;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// When the tables of a replayed trace are charged: `sec_pagetables` and `kernel` at the end of
/// real runs.
final class GuestTablesTest {
    private static final int ACCESSES = 1 << 19;

    @ParameterizedTest
    @CsvSource({
        // trace, 2 MiB blocks of memory, accesses, tables left when the cgroup paid, pages it paid
        // for
        "sqlite, 18, 7229958, 2, 36",
        "cc1, 19, 9575991, 8, 36",
        "python, 19, 3803846, 0, 0",
        "zipf08, 40, 400000, 0, 0",
    })
    void theCgroupPaysFor36PagesAtOnce(
            String trace, int memory, int accesses, int tables, int pages) {
        GuestTables guest = new GuestTables(memory, PageSize.KIB_4);
        int paid = 0;
        int after = 0;
        for (int table = 1; table * ACCESSES <= accesses; table++) {
            after += paid > 0 ? 1 : 0;
            paid += guest.topUp((long) table * ACCESSES);
        }
        assertThat(paid).isEqualTo(pages);
        assertThat(after).isEqualTo(tables);
    }
}
