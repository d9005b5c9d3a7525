package org.gleaner.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.gleaner.lab.BadInput;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ObjectiveTest {

    @Test
    void boundsAreInTheBaseOfTheirUnit() {
        List<Objective> all =
                Objective.parse(" p99  stall<1 ms, major faults < 50/s,psi some < 0.25 % ");
        assertThat(all)
                .extracting(Objective::metric)
                .containsExactly(Metric.P99_STALL, Metric.MAJOR_FAULTS, Metric.PSI_SOME);
        assertThat(all).extracting(Objective::bound).containsExactly(1e6, 50.0, 0.25);
        assertThat(all)
                .extracting(Objective::text)
                .containsExactly("p99 stall < 1ms", "major faults < 50/s", "psi some < 0.25%");
    }

    @ParameterizedTest
    @CsvSource({"2s, 2e9", "1.5ms, 1.5e6", "300us, 3e5", "300µs, 3e5", "7ns, 7"})
    void timesHaveUnits(String bound, double nanos) {
        assertThat(Objective.parse("p99.99 fault < " + bound).getFirst().bound()).isEqualTo(nanos);
    }

    @ParameterizedTest
    @EnumSource
    void everyMetricCanBeBounded(Metric metric) {
        String unit =
                switch (metric.unit()) {
                    case TIME -> "ms";
                    case RATE -> "/s";
                    case SHARE -> "%";
                };
        Objective one = Objective.parse(metric.label() + " < 3" + unit).getFirst();
        assertThat(one.metric()).isEqualTo(metric);
        assertThat(Objective.parse(one.text())).containsExactly(one);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            textBlock =
                    """
                    ''                      | is empty
                    ,                       | is empty
                    p99 stall < 1ms,        | is empty
                    p99 stall               | no '<'
                    p99 stall > 1ms         | no '<'
                    p99 stall <= 1ms        | no bound of 'p99 stall'
                    p99 stall < < 1ms       | no bound of 'p99 stall'
                    p99 stall < 1           | no bound of 'p99 stall'
                    p99 stall < ms          | no bound of 'p99 stall'
                    p99 stall < -1ms        | no bound of 'p99 stall'
                    p99 stall < 0ms         | nothing is below
                    p99 stall < 0.0000ms    | nothing is below
                    p99 stall < 1e3ms       | no bound of 'p99 stall'
                    p99 stall < NaNms       | no bound of 'p99 stall'
                    p99 stall < 1%          | give a time
                    p99 stall < 50/s        | give a time
                    major faults < 1ms      | give a rate
                    major faults < 1/min    | give a rate
                    psi some < 1ms          | give a share of the time
                    < 1ms                   | unknown objective ''
                    p98 stall < 1ms         | did you mean 'p90 stall'?
                    major fault < 1/s       | did you mean 'major faults'?
                    P99 STALL < 1ms         | did you mean
                    p99 stall < 1ms, p99 stall < 2ms | two bounds
                    p99 stall < 9999999999ms | no bound
                    """)
    void whatIsNoneIsTold(String text, String what) {
        assertThatThrownBy(() -> Objective.parse(text))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining(what);
    }

    /// Whatever comes is an objective or a fault of one line, and at once.
    @Test
    void hostileTextIsRefusedQuickly() {
        Random random = new Random(11);
        String letters = "p9. <%/smu,major faultsi\t\n\0\u202e<0";
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    for (int i = 0; i < 2000; i++) {
                        StringBuilder text = new StringBuilder();
                        int length = random.nextInt(60);
                        for (int j = 0; j < length; j++) {
                            text.append(letters.charAt(random.nextInt(letters.length())));
                        }
                        refusedOrRead(text.toString());
                    }
                    refusedOrRead("<".repeat(1_000_000));
                    refusedOrRead(" ".repeat(1_000_000) + "<1ms");
                    refusedOrRead("p99 stall < " + "9".repeat(1_000_000) + "ms");
                    refusedOrRead("p99 stall < 1" + " ".repeat(1_000_000) + "x");
                });
    }

    private static void refusedOrRead(String text) {
        try {
            Objective.parse(text);
        } catch (BadInput bad) {
            assertThat(bad.getMessage()).hasSizeLessThan(1000).doesNotContain("\n");
        }
    }
}
