package org.gleaner.lab.fleet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.generate.ZipfRanks;
import org.gleaner.machine.SplitMix64;

/// VMs made like those of a fleet. The same description, number, busy parts and seed make the same
/// VMs on every machine.
///
/// Each property is drawn once from each of as many equal parts of its distribution as there are
/// VMs, in random order, and independently of the others.
///
/// @param returnsPercent of cold memory that is touched again in a minute
public record MadePopulation(
        FleetDescription like, long seed, double returnsPercent, List<MadeVm> vms) {

    /// Age from which a page is cold, in seconds.
    static final int COLD = 120;

    public MadePopulation {
        vms = List.copyOf(vms);
    }

    /// Seconds from one touch of an idle page to the next. It is cold for all but the first
    /// [#COLD] of them, and so `60 / (lap - COLD)` of cold memory comes back in a minute.
    public double lapSeconds() {
        return lapSeconds(returnsPercent);
    }

    static double lapSeconds(double returnsPercent) {
        return COLD + 60 * 100 / returnsPercent;
    }

    /// Makes VMs.
    ///
    /// @param busy what their busy pages may do, one or more, chosen by chance among those that are
    ///     not colder by themselves than the VM is to be
    /// @param ownCold share of a busy part's pages that is cold by itself
    public static MadePopulation make(
            FleetDescription like,
            int count,
            List<String> busy,
            ToDoubleFunction<String> ownCold,
            double returnsPercent,
            long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] sizes = shares(count, random);
        double[] lives = shares(count, random);
        double[] touched = shares(count, random);
        double[] cold = shares(count, random);
        double idleIsCold = 1 - COLD / lapSeconds(returnsPercent);
        List<MadeVm> vms = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double wanted = like.cold().line(cold[i]) / 100;
            List<String> fit =
                    busy.stream().filter(b -> ownCold.applyAsDouble(b) <= wanted).toList();
            String part =
                    fit.isEmpty() ? coolest(busy, ownCold) : fit.get(random.nextInt(fit.size()));
            double own = ownCold.applyAsDouble(part);
            double idle = idleIsCold <= own ? 0 : (wanted - own) / (idleIsCold - own);
            vms.add(
                    new MadeVm(
                            "vm-%03d".formatted(i + 1),
                            like.size().step(sizes[i]),
                            like.life().line(lives[i]),
                            like.touched().line(touched[i]),
                            100 * wanted,
                            part,
                            100 * Math.clamp(idle, 0, 1),
                            seed * SplitMix64.GOLDEN + i));
        }
        return new MadePopulation(like, seed, returnsPercent, vms);
    }

    private static String coolest(List<String> busy, ToDoubleFunction<String> ownCold) {
        return busy.stream()
                .min((a, b) -> Double.compare(ownCold.applyAsDouble(a), ownCold.applyAsDouble(b)))
                .orElseThrow(() -> new BadInput("--busy", "names nothing", "name a pattern"));
    }

    /// One number from each of `count` equal parts of 0 to 1, in random order.
    private static double[] shares(int count, SplittableRandom random) {
        int[] order = ZipfRanks.shuffled(count, random);
        double[] shares = new double[count];
        Arrays.setAll(shares, i -> (order[i] + random.nextDouble()) / count);
        return shares;
    }
}
