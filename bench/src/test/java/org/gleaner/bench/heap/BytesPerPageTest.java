package org.gleaner.bench.heap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BytesPerPageTest {

    private static final int FEW = 1 << 18;
    private static final int MORE = 3 << 18;

    /// What a host takes whatever its size is the same twice, and so is not in the difference.
    @ParameterizedTest
    @CsvSource({"Parallel, -XX:-UseAdaptiveSizePolicy", "G1, -XX:G1HeapRegionSize=1m"})
    void aPageTakes45Bytes(String collector, String option) throws Exception {
        long few = BytesPerPage.measure(collector, FEW, List.of(option));
        long more = BytesPerPage.measure(collector, MORE, List.of(option));
        double each = (double) (more - few) / (MORE - FEW);
        assertThat(each).isBetween(40.0, 45.5);
    }
}
