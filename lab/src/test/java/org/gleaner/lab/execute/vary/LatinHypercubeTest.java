package org.gleaner.lab.execute.vary;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LatinHypercubeTest {

    @Test
    void eachSliceOfEachAxisHasOnePoint() {
        double[][] points = LatinHypercube.points(37, 45, 5);
        for (int axis = 0; axis < 45; axis++) {
            int at = axis;
            int[] slices =
                    Arrays.stream(points)
                            .mapToInt(point -> (int) (point[at] * 37))
                            .sorted()
                            .toArray();
            assertThat(slices).as("axis %d", axis).isEqualTo(IntStream.range(0, 37).toArray());
        }
    }

    @Test
    void axesDoNotGoTogether() {
        double[][] points = LatinHypercube.points(200, 2, 1);
        double product =
                Arrays.stream(points)
                        .mapToDouble(point -> (point[0] - 0.5) * (point[1] - 0.5))
                        .average()
                        .orElseThrow();
        assertThat(Math.abs(product)).isLessThan(0.02);
    }

    @Test
    void aSeedGivesTheSamePointsAgain() {
        assertThat(LatinHypercube.points(9, 4, 3)).isDeepEqualTo(LatinHypercube.points(9, 4, 3));
        assertThat(LatinHypercube.points(9, 4, 3)[0])
                .isNotEqualTo(LatinHypercube.points(9, 4, 4)[0]);
    }
}
