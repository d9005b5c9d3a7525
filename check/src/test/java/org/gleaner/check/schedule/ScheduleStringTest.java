package org.gleaner.check.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ScheduleStringTest {
    @Test
    void isWhatItWasParsedFrom() {
        assertThat(ScheduleString.parse("b22c66b4")).hasToString("b22c66b4");
        assertThat(ScheduleString.parse("cB3")).hasToString("cB3");
        assertThat(ScheduleString.parse("")).hasToString("");
    }

    @Test
    void countsSwitches() {
        assertThat(ScheduleString.parse("b22c66b4").switches()).isEqualTo(2);
        assertThat(ScheduleString.parse("").switches()).isZero();
    }

    @Test
    void saysWhereItIsWrong() {
        assertThatThrownBy(() -> ScheduleString.parse("b2?3"))
                .hasMessageStartingWith("--schedule: '?3' is no block; a schedule is blocks such");
        assertThatThrownBy(() -> ScheduleString.parse("b12345678"))
                .hasMessageContaining("b12345678");
        assertThatThrownBy(() -> ScheduleString.parse("b0")).hasMessageContaining("'b0'");
        assertThatThrownBy(() -> ScheduleString.parse("?".repeat(5000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250));
    }

    @Test
    void knowsItsActors() {
        ScheduleString.parse("b2a").requireActors(List.of("ager", "zap"));
        assertThatThrownBy(() -> ScheduleString.parse("b2c").requireActors(List.of("ager", "zap")))
                .isInstanceOf(Refused.class)
                .hasMessageStartingWith("--schedule: there is no actor c, but a (ager), b (zap); ");
        assertThatThrownBy(() -> ScheduleString.NONE.requireActors(List.of("ager")))
                .hasMessageStartingWith("--schedule: is empty; ");
    }

    @Test
    void aRunIsWrittenAsBlocks() {
        assertThat(ScheduleString.of(new int[] {1, 1, 0, 2, 2, 2, 9}, 6)).isEqualTo("b2a1c3");
    }
}
