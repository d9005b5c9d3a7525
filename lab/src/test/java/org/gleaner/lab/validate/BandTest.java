package org.gleaner.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BandTest {

    @Test
    void errorsAreCountedFromTheNearerEnd() {
        Band band = Band.of(List.of(2200L, 2000L, 2100L));

        assertThat(band).isEqualTo(new Band(2000, 2200));
        assertThat(band.error(2000)).isZero();
        assertThat(band.error(2200)).isZero();
        assertThat(band.error(1900)).isEqualTo(-5);
        assertThat(band.error(2420)).isEqualTo(10);
    }

    @Test
    void fewAreComparedAsIfAHundred() {
        assertThat(new Band(0, 0).error(3)).isEqualTo(3);
        assertThat(new Band(10, 10).error(7)).isEqualTo(-3);
    }
}
