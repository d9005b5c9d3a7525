package org.gleaner.lab.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.gleaner.machine.Cost;
import org.gleaner.machine.CostModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CostShiftTest {

    @Test
    void oneConstantIsMultiplied() {
        CostModel x86 = CostModel.named("x86-server");
        CostModel moved = CostShift.times(Cost.VMEXIT, 1.3).apply(x86);
        for (Cost cost : Cost.values()) {
            double factor = cost == Cost.VMEXIT ? 1.3 : 1;
            assertThat(moved.ticks(cost)).isEqualTo(Math.round(x86.ticks(cost) * factor));
        }
        assertThat(moved.fingerprint()).isNotEqualTo(x86.fingerprint());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x86-server", "arm64-n1"})
    void placesInRangesGoFromEndToEndThroughTheConstant(String name) {
        CostModel model = CostModel.named(name);
        CostModel low = CostShift.at(all(0)).apply(model);
        CostModel half = CostShift.at(all(0.5)).apply(model);
        CostModel high = CostShift.at(all(1)).apply(model);
        for (Cost cost : Cost.values()) {
            assertThat(low.ticks(cost)).as("%s", cost).isEqualTo(model.range(cost).low());
            assertThat(half.ticks(cost)).as("%s", cost).isEqualTo(model.ticks(cost));
            assertThat(high.ticks(cost)).as("%s", cost).isEqualTo(model.range(cost).high());
            assertThat(model.range(cost).contains(CostShift.at(all(0.83)).apply(model).ticks(cost)))
                    .isTrue();
        }
    }

    private static double[] all(double place) {
        double[] places = new double[Cost.values().length];
        Arrays.fill(places, place);
        return places;
    }
}
