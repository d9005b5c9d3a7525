package org.gleaner.lab.advise;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.KnobChoice;
import org.gleaner.lab.run.AdviceResult;
import org.gleaner.lab.run.PressureTarget;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.size.Size;
import org.jspecify.annotations.Nullable;

/// Finds how many VMs a host holds, draws the curve around that number, and turns knobs.
public final class Advice {

    /// Points of the curve.
    private static final int POINTS = 8;

    /// What the curve spans, by the number that fits.
    private static final double LEAST = 0.6, MOST = 1.5;

    private static final List<Metric> ALWAYS =
            List.of(Metric.P99_STALL, Metric.MAJOR_FAULTS, Metric.PSI_SOME);

    /// What is asked.
    ///
    /// @param host says the host with settings laid over its file
    /// @param most VMs that are tried
    public record Question(
            Function<List<String>, AdvisedHost> host,
            Population population,
            List<Objective> objectives,
            TrialRequest.Watch watch,
            List<Long> seeds,
            List<KnobChoice> knobs,
            int most) {

        public Question {
            objectives = List.copyOf(objectives);
            seeds = List.copyOf(seeds);
            knobs = List.copyOf(knobs);
        }
    }

    private final Question question;
    private final Trials trials;
    private final Variation base;

    private Advice(Question question, Progress progress) {
        this.question = question;
        trials = new Trials(question.objectives(), question.watch(), question.seeds(), progress);
        base = new Variation(question.host().apply(List.of()), question.population());
    }

    /// Finds it.
    ///
    /// @throws org.gleaner.lab.BadInput if the host has no room for any VM, or Java's heap none for
    ///     the host
    /// @throws org.gleaner.lab.Cancelled if the user stopped it
    public static AdviceResult of(Question question, Progress progress) {
        return new Advice(question, progress).find();
    }

    private AdviceResult find() {
        long start = System.nanoTime();
        checkRoom();
        CapacitySearch capacity = new CapacitySearch(trials.on(base), question.most());
        int fits = capacity.find(base.fitWhole());
        int settled;
        List<Integer> counts;
        do {
            settled = fits;
            counts = counts(settled);
            trials.run(counts.stream().flatMap(each -> trials.all(base, each).stream()).toList());
            fits = capacity.settleBelow(settled, counts);
        } while (fits != settled);
        List<AdviceResult.Knob> knobs = knobs(fits);
        List<AdviceResult.Point> points = counts.stream().map(each -> point(base, each)).toList();
        return new AdviceWords(question, base)
                .result(
                        fits,
                        marginal(fits),
                        capacity.alsoHold(fits),
                        points,
                        givenBack(Math.max(1, fits)),
                        knobs,
                        trials.count(),
                        (System.nanoTime() - start) / 1e9);
    }

    private void checkRoom() {
        if (!base.hasRoom(1)) {
            throw new BadInput(
                    "host.memory",
                    Size.approximately(base.host().pages() * base.host().pageSize().bytes())
                            + " and swap have no room for a single VM, which touches "
                            + Size.approximately(
                                    base.of().touchedPages(1) * base.host().pageSize().bytes()),
                    "give more");
        }
    }

    /// Numbers of VMs around the cliff, evenly spread as far as they go.
    private List<Integer> counts(int fits) {
        TreeSet<Integer> counts = new TreeSet<>();
        int near = Math.max(1, fits);
        add(counts, near);
        add(counts, fits + 1);
        for (int i = 0; i < POINTS; i++) {
            add(counts, (int) Math.round(near * (LEAST + (MOST - LEAST) * i / (POINTS - 1))));
        }
        for (int i = 1; i < POINTS && counts.size() < POINTS; i++) {
            add(counts, near + i);
            add(counts, near - i);
        }
        return List.copyOf(counts);
    }

    private void add(TreeSet<Integer> counts, int vms) {
        if (vms >= 1 && vms <= question.most() && base.hasRoom(vms)) {
            counts.add(vms);
        }
    }

    private AdviceResult.Point point(Variation variation, int vms) {
        List<Trials.Trial> all = trials.all(variation, vms);
        List<TrialResult> results = all.stream().map(trials::result).toList();
        long killed =
                results.stream()
                        .filter(each -> each.vms().stream().anyMatch(vm -> vm.ending() != null))
                        .count();
        List<AdviceResult.Worst> worst = metrics().map(metric -> worst(metric, results)).toList();
        return new AdviceResult.Point(
                vms,
                variation.ratio(vms),
                trials.holds(variation, vms),
                Math.toIntExact(killed),
                worst);
    }

    /// Those with a bound, and those that are always told.
    private Stream<Metric> metrics() {
        return Stream.concat(question.objectives().stream().map(Objective::metric), ALWAYS.stream())
                .distinct();
    }

    private static AdviceResult.Worst worst(Metric metric, List<TrialResult> bySeed) {
        double[] most =
                bySeed.stream()
                        .mapToDouble(
                                each -> each.vms().stream().mapToDouble(metric::of).max().orElse(0))
                        .sorted()
                        .toArray();
        int middle = most.length / 2;
        double median = most.length % 2 == 1 ? most[middle] : (most[middle - 1] + most[middle]) / 2;
        return new AdviceResult.Worst(
                metric.label(),
                metric.unit().label(),
                most[0],
                median,
                Arrays.stream(most).max().orElse(0));
    }

    private AdviceResult.@Nullable GivenBack givenBack(int vms) {
        PressureTarget target = base.of().limits().target();
        if (target == null) {
            return null;
        }
        Trials.Trial trial = trials.first(base, vms).getFirst();
        List<AdviceResult.Giver> givers =
                trials.result(trial).vms().stream().map(this::giver).toList();
        long touched = givers.stream().mapToLong(AdviceResult.Giver::touchedPages).sum();
        long resident = givers.stream().mapToLong(AdviceResult.Giver::residentPages).sum();
        return new AdviceResult.GivenBack(
                target.somePercent(),
                target.intervalNanos() / 1e9,
                100 * target.step(),
                trial.seed(),
                touched,
                resident,
                saved(touched, resident),
                givers);
    }

    private AdviceResult.Giver giver(TrialResult.Vm vm) {
        return new AdviceResult.Giver(
                vm.name(),
                vm.touchedPages(),
                vm.residentPages(),
                saved(vm.touchedPages(), vm.residentPages()),
                metrics()
                        .map(each ->
                                new AdviceResult.Figure(
                                        each.label(), each.unit().label(), each.of(vm)))
                        .toList());
    }

    private static double saved(long touched, long resident) {
        return 100.0 * (touched - resident) / touched;
    }

    private AdviceResult.@Nullable Marginal marginal(int fits) {
        int vms = fits + 1;
        if (vms > question.most()) {
            return null;
        }
        Optional<Breach> worst = Breach.worst(trials.breaches(trials.all(base, vms)));
        return worst.map(breach -> marginal(vms, breach))
                .orElseGet(() ->
                        new AdviceResult.Marginal(
                                vms, false, null, null, null, null, null, null, null, null));
    }

    private static AdviceResult.Marginal marginal(int vms, Breach breach) {
        TrialResult.Vm vm = breach.vm();
        Objective broken = breach.broken();
        return new AdviceResult.Marginal(
                vms,
                true,
                vm.name(),
                vm.trace(),
                breach.seed(),
                vm.ending(),
                broken == null ? null : broken.metric().label(),
                broken == null ? null : broken.metric().unit().label(),
                broken == null ? null : broken.metric().of(vm),
                broken == null ? null : broken.bound());
    }

    private List<AdviceResult.Knob> knobs(int fits) {
        List<Knobs.Turn> turns =
                question.knobs().stream()
                        .flatMap(
                                each -> Knobs.turns(each, base.host(), base.of().limits()).stream())
                        .toList();
        List<Variation> variations = turns.stream().map(this::turned).toList();
        List<Trials.Trial> near = new ArrayList<>();
        for (Variation each : variations) {
            near.addAll(trials.all(each, fits + 1));
        }
        trials.run(near);
        List<AdviceResult.Knob> all = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            Variation variation = variations.get(i);
            int own = new CapacitySearch(trials.on(variation), question.most()).findNear(fits);
            boolean tried = !trials.all(variation, fits + 1).isEmpty();
            all.add(
                    new AdviceResult.Knob(
                            turns.get(i).option(),
                            own,
                            own - fits,
                            tried ? point(variation, fits + 1) : null));
        }
        return all;
    }

    private Variation turned(Knobs.Turn turn) {
        List<String> settings = turn.setting().isEmpty() ? List.of() : List.of(turn.setting());
        return new Variation(
                turn.setting().isEmpty() ? base.host() : question.host().apply(settings),
                base.of().with(turn.limits(base.of().limits())));
    }
}
