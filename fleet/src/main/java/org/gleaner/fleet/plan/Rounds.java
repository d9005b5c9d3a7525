package org.gleaner.fleet.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.hipparchus.special.Erf;

/// The points of a Bayesian search, a round at a time.
///
/// The first rounds are anywhere. Each later point is where the expected improvement over the best
/// is largest (Jones, Schonlau and Welch, 1998), among places by chance and others near the best;
/// for the next of a round it is taken to have come out as the best did. What a round asks hangs on
/// the rounds before it alone, not on who ran them when: a search that was stopped goes on as if it
/// had not been.
public final class Rounds {

    private static final int ANYWHERE = 400;
    private static final int NEAR = 200;
    private static final double STEP = 0.1;
    private static final double ROOT_OF_HALF = Math.sqrt(0.5);

    private final Sweep sweep;
    private final Strategy.Bayes search;
    private final int first;
    private final List<double[]> asked = new ArrayList<>();
    private final List<double[]> places = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();
    private final Set<List<String>> words = new HashSet<>();

    public Rounds(Sweep sweep, Strategy.Bayes search) {
        this.sweep = sweep;
        this.search = search;
        int coordinates = sweep.axes().stream().mapToInt(Axis::coordinates).sum();
        first = Math.max(search.round(), 2 * coordinates + 2);
    }

    /// Whether all points have been asked for.
    public boolean over() {
        return asked.size() >= search.points();
    }

    /// The next points, once [#found] was told of all before.
    public List<Point> next() {
        List<Point> round = new ArrayList<>();
        List<double[]> lies = new ArrayList<>();
        while (round.size() < search.round() && !over()) {
            double[] shares = asked.size() < first ? chance() : promising(lies);
            lies.add(place(shares));
            Point point = sweep.at(asked.size(), shares);
            asked.add(shares);
            words.add(point.words());
            round.add(point);
        }
        return round;
    }

    /// Tells what came of a round.
    ///
    /// @param figures by index; points that came to none are left out, and say nothing
    public void found(Map<Long, Double> figures) {
        figures.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> {
                    places.add(place(asked.get(Math.toIntExact(each.getKey()))));
                    values.add(each.getValue());
                });
    }

    private double[] chance() {
        return sweep.anywhere(search.seed(), asked.size());
    }

    private double[] promising(List<double[]> lies) {
        if (values.isEmpty()) {
            return chance();
        }
        double[] known = standard();
        double best = Arrays.stream(known).min().orElse(0);
        List<double[]> all = new ArrayList<>(places);
        all.addAll(lies);
        double[] told = Arrays.copyOf(known, all.size());
        Arrays.fill(told, known.length, told.length, best);
        GaussianProcess model = GaussianProcess.of(all, told);
        double[] chosen = chance();
        double most = Double.NEGATIVE_INFINITY;
        for (double[] candidate : candidates()) {
            double improvement = improvement(model.at(place(candidate)), best);
            if (improvement > most && isNew(candidate)) {
                most = improvement;
                chosen = candidate;
            }
        }
        return chosen;
    }

    private boolean isNew(double[] shares) {
        return !words.contains(sweep.at(0, shares).words());
    }

    private List<double[]> candidates() {
        SplittableRandom random = new SplittableRandom(search.seed() + 31L * asked.size());
        int best = 0;
        for (int i = 1; i < values.size(); i++) {
            best = values.get(i) < values.get(best) ? i : best;
        }
        double[] centre = sharesOf(places.get(best));
        List<double[]> candidates = new ArrayList<>();
        for (int i = 0; i < ANYWHERE; i++) {
            candidates.add(random.doubles(sweep.axes().size()).toArray());
        }
        for (int i = 0; i < NEAR; i++) {
            double[] near = centre.clone();
            for (int axis = 0; axis < near.length; axis++) {
                double moved = near[axis] + STEP * random.nextGaussian();
                near[axis] = Math.clamp(moved, 0, Math.nextDown(1.0));
            }
            candidates.add(near);
        }
        return candidates;
    }

    /// How much less than `best` is to be expected, counting more as nothing.
    private static double improvement(GaussianProcess.Belief belief, double best) {
        double gap = best - belief.mean();
        double z = gap / belief.deviation();
        double below = (1 + Erf.erf(z * ROOT_OF_HALF)) / 2;
        double density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
        return gap * below + belief.deviation() * density;
    }

    /// The values, or their logarithms where all are above 0, with mean 0 and deviation 1.
    private double[] standard() {
        boolean positive = values.stream().allMatch(value -> value > 0);
        double[] known =
                values.stream().mapToDouble(value -> positive ? Math.log(value) : value).toArray();
        double mean = Arrays.stream(known).average().orElse(0);
        double variance =
                Arrays.stream(known)
                        .map(value -> (value - mean) * (value - mean))
                        .average()
                        .orElse(0);
        double deviation = variance > 0 ? Math.sqrt(variance) : 1;
        return Arrays.stream(known).map(value -> (value - mean) / deviation).toArray();
    }

    /// Coordinates: a share as it is; a listed value as a corner, as far from any other as 1.
    private double[] place(double[] shares) {
        List<Double> place = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            Axis axis = sweep.axes().get(i);
            if (axis instanceof Axis.Range) {
                place.add(shares[i]);
            } else {
                int at = (int) (shares[i] * axis.size());
                for (int corner = 0; corner < axis.coordinates(); corner++) {
                    place.add(corner == at ? ROOT_OF_HALF : 0);
                }
            }
        }
        return place.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// Shares that are at these coordinates.
    private double[] sharesOf(double[] place) {
        double[] shares = new double[sweep.axes().size()];
        int from = 0;
        for (int i = 0; i < shares.length; i++) {
            Axis axis = sweep.axes().get(i);
            if (axis instanceof Axis.Range) {
                shares[i] = place[from];
            } else {
                for (int corner = 0; corner < axis.coordinates(); corner++) {
                    if (place[from + corner] > 0) {
                        shares[i] = (corner + 0.5) / axis.size();
                    }
                }
            }
            from += axis.coordinates();
        }
        return shares;
    }
}
