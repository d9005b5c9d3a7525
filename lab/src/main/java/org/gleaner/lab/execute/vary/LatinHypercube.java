package org.gleaner.lab.execute.vary;

import java.util.SplittableRandom;

/// Points of the unit cube that are spread evenly along each of its axes: cut an axis into as many
/// slices as there are points, and each slice has one.
///
/// McKay, Beckman and Conover, "A Comparison of Three Methods for Selecting Values of Input
/// Variables in the Analysis of Output from a Computer Code", 1979.
final class LatinHypercube {

    private LatinHypercube() {}

    /// @param count of points, 1 and up
    /// @param axes of the cube
    /// @return the points; each coordinate is 0 or more and less than 1
    static double[][] points(int count, int axes, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] points = new double[count][axes];
        for (int axis = 0; axis < axes; axis++) {
            int[] slices = shuffled(count, random);
            for (int i = 0; i < count; i++) {
                points[i][axis] = (slices[i] + random.nextDouble()) / count;
            }
        }
        return points;
    }

    private static int[] shuffled(int count, SplittableRandom random) {
        int[] all = new int[count];
        for (int i = 0; i < count; i++) {
            int other = random.nextInt(i + 1);
            all[i] = all[other];
            all[other] = i;
        }
        return all;
    }
}
