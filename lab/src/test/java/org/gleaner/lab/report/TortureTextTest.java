package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.run.TortureResult;
import org.gleaner.lab.run.TortureResult.Design;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TortureTextTest {
    private static final Design V1 =
            new Design(AgingChoice.V1, 2, true, 6, 123_456, 10, 20, 5, 6, 7, 8, 1, 2, 3);
    private static final Design MERGED =
            new Design(AgingChoice.MERGED, 0, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    @Test
    void saysWhatRanAndHowMuchDesignByDesign() {
        assertThat(text(false, List.of(V1), List.of(), null))
                .isEqualTo(
                        """
                        complete: 1 of 1 design

                        design  rounds  seconds  guest accesses  faults  swapped in  agings  changes
                        v1           2     6.00         123,456      20           5       7        6

                        no violation in 7.00 s, seed 1
                        """);
    }

    @Test
    void saysWhichDesignsAreMissingAndWhy() {
        List<Design> both = List.of(V1, MERGED);
        String missing = "1 of 2 designs; missing: merged\n";
        assertThat(text(false, both, List.of("merged: no round; give more time"), null))
                .startsWith("INCOMPLETE (time was up): " + missing)
                .containsPattern("merged +0 +0\\.000 +0 ")
                .endsWith("FAILED: merged: no round; give more time\n");
        assertThat(text(true, both, List.of(), null))
                .startsWith("INCOMPLETE (interrupted): " + missing);
        assertThat(text(false, both, List.of("seed 1: I10"), "where it was"))
                .startsWith("INCOMPLETE (ended by a violation): " + missing)
                .contains("a violation in 7.00 s")
                .endsWith("where it was");
    }

    private static String text(
            boolean interrupted,
            List<Design> designs,
            List<String> failures,
            @Nullable String dump) {
        return TortureText.of(
                new TortureResult(1, null, true, interrupted, designs, failures, dump, 7));
    }
}
