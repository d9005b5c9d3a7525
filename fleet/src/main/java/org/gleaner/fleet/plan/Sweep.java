package org.gleaner.fleet.plan;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gleaner.machine.SplitMix64;

/// Many simulations that differ in some keys.
///
/// @param fixed values that all points have
/// @param axes keys that vary, with their values; one or more
/// @param figures that are shown, by their names in rows
/// @param frontier two figures that both should be small; empty for none
public record Sweep(
        String name,
        PointKind kind,
        Map<String, String> fixed,
        List<Axis> axes,
        Strategy strategy,
        List<String> figures,
        List<String> frontier)
        implements Serializable {

    public Sweep {
        fixed = new LinkedHashMap<>(fixed);
        axes = List.copyOf(axes);
        figures = List.copyOf(figures);
        frontier = List.copyOf(frontier);
    }

    /// How many points there are.
    public long points() {
        return switch (strategy) {
            case Strategy.Grid _ ->
                    axes.stream().mapToLong(Axis::size).reduce(1, Math::multiplyExact);
            case Strategy.Random random -> random.points();
            case Strategy.Bayes bayes -> bayes.points();
        };
    }

    /// A point of a grid or of a random search, which hangs on nothing but its index.
    ///
    /// @param index 0 to below [#points]
    public Point point(long index) {
        return switch (strategy) {
            case Strategy.Grid _ -> ofGrid(index);
            case Strategy.Random random -> at(index, anywhere(random.seed(), index));
            case Strategy.Bayes _ ->
                    throw new IllegalStateException("what comes next hangs on what was found");
        };
    }

    /// The last axis goes fastest.
    private Point ofGrid(long index) {
        Map<String, String> values = new LinkedHashMap<>();
        axes.forEach(axis -> values.put(axis.key(), ""));
        long rest = index;
        for (Axis axis : axes.reversed()) {
            values.put(axis.key(), axis.value((int) (rest % axis.size())));
            rest /= axis.size();
        }
        return point(index, values);
    }

    /// Shares of all axes, by chance.
    double[] anywhere(long seed, long index) {
        SplittableRandom random = new SplittableRandom(seed ^ (index + 1) * SplitMix64.GOLDEN);
        return random.doubles(axes.size()).toArray();
    }

    /// The point at these shares of the axes.
    public Point at(long index, double[] shares) {
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < shares.length; i++) {
            values.put(axes.get(i).key(), axes.get(i).value(shares[i]));
        }
        return point(index, values);
    }

    /// A point with these values of the axes.
    Point point(long index, Map<String, String> values) {
        Map<String, String> all = new LinkedHashMap<>(fixed);
        all.putAll(values);
        return new Point(index, values, kind.words(all));
    }

    /// Points that between them have each listed value of each axis, and the ends of ranges, as few
    /// as that takes: what is wrong with a value shows before anything is run.
    public List<Point> each() {
        int most = axes.stream().mapToInt(Sweep::told).max().orElse(1);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            Map<String, String> values = new LinkedHashMap<>();
            for (Axis axis : axes) {
                int at = Math.min(i, told(axis) - 1);
                boolean end = axis instanceof Axis.Range && at == 1;
                values.put(axis.key(), axis.value(end ? axis.size() - 1 : at));
            }
            points.add(point(i, values));
        }
        return points;
    }

    private static int told(Axis axis) {
        return axis instanceof Axis.Range ? 2 : axis.size();
    }

    /// Tells this sweep from any other that makes other points, in 16 digits.
    public String hash() {
        String all = kind + "\n" + fixed + "\n" + axes + "\n" + strategy;
        return digest(all.getBytes(StandardCharsets.UTF_8));
    }

    /// 16 digits that tell these bytes from others.
    public static String digest(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
