package org.gleaner.mm.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many pages a swap-in reads, and which.
final class ReadAheadWindowTest {
    @ParameterizedTest
    @CsvSource({
        // last page, page, hits, most, last window, pages
        "0, 100, 4, 8, 0, 8",
        "0, 100, 0, 8, 0, 1",
        "99, 100, 0, 8, 0, 2",
        "101, 100, 0, 8, 0, 2",
        "98, 100, 0, 8, 0, 1",
        "0, 100, 1, 8, 0, 4",
        "0, 100, 2, 8, 0, 4",
        "0, 100, 3, 8, 0, 8",
        "0, 100, 6, 8, 0, 8",
        "0, 100, 7, 32, 0, 16",
        "0, 100, 63, 32, 0, 32",
        // falls by halves without a hit
        "0, 100, 0, 8, 8, 4",
        "0, 100, 0, 8, 4, 2",
        "0, 100, 0, 8, 2, 1",
        "99, 100, 0, 8, 8, 4",
        // no more than page-cluster says
        "0, 100, 20, 2, 0, 2",
        "0, 100, 20, 1, 0, 1",
    })
    void pages(long lastPage, long page, int hits, int most, int lastPages, int pages) {
        assertThat(ReadAheadWindow.pages(lastPage, page, hits, most, lastPages)).isEqualTo(pages);
    }

    @ParameterizedTest
    @CsvSource({
        // last page, page, pages, first
        "99, 100, 8, 100",
        "101, 100, 8, 93",
        "0, 100, 8, 97",
        "0, 100, 4, 99",
        "0, 100, 2, 100",
        "100, 100, 8, 97",
    })
    void first(long lastPage, long page, int pages, long first) {
        assertThat(ReadAheadWindow.first(lastPage, page, pages)).isEqualTo(first);
    }

    @Test
    void aWordKeepsItsThreeParts() {
        long page = (1L << 36) - 1;
        long word = ReadAheadWindow.word(page, 32, 17);
        assertThat(ReadAheadWindow.page(word)).isEqualTo(page);
        assertThat(ReadAheadWindow.pages(word)).isEqualTo(32);
        assertThat(ReadAheadWindow.hits(word)).isEqualTo(17);
        assertThat(ReadAheadWindow.hits(ReadAheadWindow.word(page, 32, 64))).isEqualTo(63);
        assertThat(ReadAheadWindow.hits(0)).as("never faulted").isEqualTo(4);
    }
}
