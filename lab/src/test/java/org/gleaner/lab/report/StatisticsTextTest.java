package org.gleaner.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class StatisticsTextTest {

    @Test
    void whoWaitedForWhatFitsATerminal() {
        String text = StatisticsText.of(List.of(Samples.neighbours()));
        assertThat(text)
                .contains(
                        """
                        mglru: stalls      exits  p50 us   p90  p99  p99.9  p99.99    max
                        hot              100,000   0.900  20.0  300   4000   10000  12346
                        cold           1,000,000   0.900  20.0  300   4000   10000  12346
                        """)
                .contains(
                        """
                        mglru: pressure  avg10  avg60  avg300   total us  of the time
                        host some        12.50   3.25    0.75  1,250,000      12.50 %
                        host full        12.50   3.25    0.75  1,250,000      12.50 %
                        host per cpu     12.50   3.25    0.75  1,250,000      12.50 %
                        """)
                .contains(
                        """
                        mglru: locks  acquired  contended  avg us  max us  waits ms  held ms
                        mmu_lock         5,000        400     500    2000       200     3000
                        """)
                .as("a lock that nobody waited for")
                .doesNotContain("mmap_lock");
        assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void ofSeveralSeedsTheLeastAndTheMostStandBelowTheMedian() {
        String text =
                StatisticsText.of(
                        List.of(Samples.measured(3), Samples.measured(1), Samples.measured(2)));
        assertThat(text)
                .contains("\nhot              200,000")
                .contains("\n  least          100,000")
                .contains("\n  most           300,000");
        assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void realThreadsHaveNone() {
        assertThat(StatisticsText.of(List.of(Samples.mmuStress()))).isEmpty();
    }
}
