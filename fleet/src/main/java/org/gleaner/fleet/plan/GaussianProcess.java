package org.gleaner.fleet.plan;

import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.jspecify.annotations.Nullable;

/// What a function is like between places where it is known: a mean and a deviation anywhere.
///
/// Matern's covariance with smoothness 5/2; see Rasmussen and Williams, *Gaussian Processes for
/// Machine Learning*, 2006, algorithm 2.1. Of a few length scales and noises the likeliest is
/// taken.
final class GaussianProcess {

    private static final double[] LENGTHS = {0.1, 0.2, 0.4, 0.8, 1.6};
    private static final double[] NOISES = {1e-6, 1e-3, 1e-1};
    private static final double ROOT_OF_5 = Math.sqrt(5);
    private static final double TINY = 1e-12;

    private final List<double[]> places;
    private final double length;
    private final CholeskyDecomposition cholesky;
    private final RealVector weights;
    private final double likelihood;

    private GaussianProcess(List<double[]> places, RealVector values, double length, double noise) {
        this.places = places;
        this.length = length;
        int size = places.size();
        RealMatrix covariance = new Array2DRowRealMatrix(size, size);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                covariance.setEntry(i, j, covariance(places.get(i), places.get(j)));
            }
            covariance.addToEntry(i, i, noise);
        }
        cholesky = new CholeskyDecomposition(covariance, TINY, TINY);
        weights = cholesky.getSolver().solve(values);
        double logOfRoot = 0;
        for (int i = 0; i < size; i++) {
            logOfRoot += Math.log(cholesky.getL().getEntry(i, i));
        }
        likelihood = -values.dotProduct(weights) / 2 - logOfRoot;
    }

    /// A mean, and how far from it the truth may well be.
    record Belief(double mean, double deviation) {}

    /// @param places coordinates between about 0 and 1; one or more
    /// @param values at these, with mean 0 and deviation 1
    static GaussianProcess of(List<double[]> places, double[] values) {
        RealVector known = new ArrayRealVector(values);
        @Nullable GaussianProcess best = null;
        for (double length : LENGTHS) {
            for (double noise : NOISES) {
                GaussianProcess next = new GaussianProcess(places, known, length, noise);
                if (best == null || next.likelihood > best.likelihood) {
                    best = next;
                }
            }
        }
        if (best == null) {
            throw new IllegalStateException("no length scale");
        }
        return best;
    }

    Belief at(double[] place) {
        RealVector near = new ArrayRealVector(places.size());
        for (int i = 0; i < places.size(); i++) {
            near.setEntry(i, covariance(places.get(i), place));
        }
        double variance = 1 - near.dotProduct(cholesky.getSolver().solve(near));
        return new Belief(near.dotProduct(weights), Math.sqrt(Math.max(variance, TINY)));
    }

    private double covariance(double[] one, double[] other) {
        double square = 0;
        for (int i = 0; i < one.length; i++) {
            square += (one[i] - other[i]) * (one[i] - other[i]);
        }
        double distance = ROOT_OF_5 * Math.sqrt(square) / length;
        return (1 + distance + distance * distance / 3) * Math.exp(-distance);
    }
}
