package org.gleaner.lab.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.KnobChoice;
import org.gleaner.lab.run.AdviceResult;
import org.gleaner.lab.run.TrialResult;
import org.gleaner.lab.scenario.Limit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("long")
final class AdviceTest {

    private static final List<Long> SEEDS = List.of(1L, 2L);

    @TempDir private Path directory;

    private AdviceResult advice(String memory, String slo, List<KnobChoice> knobs, int most) {
        Advice.Question question =
                new Advice.Question(
                        turned -> Loops.host(directory, memory, turned.toArray(String[]::new)),
                        Loops.population(),
                        Objective.parse(slo),
                        Loops.WATCH,
                        SEEDS,
                        knobs,
                        most);
        return Advice.of(question, Progress.SILENT);
    }

    /// By runs that the search knows nothing of.
    private List<TrialResult> direct(String memory, int vms) {
        AdvisedHost host = Loops.host(directory, memory);
        List<HostTrial> trials = new ArrayList<>();
        for (long seed : SEEDS) {
            trials.add(new HostTrial(host, Loops.population().vms(vms, seed), Loops.WATCH, seed));
        }
        return HostTrial.run(trials, Progress.SILENT);
    }

    private static boolean keep(List<TrialResult> results) {
        return results.stream()
                .flatMap(each -> each.vms().stream())
                .allMatch(vm ->
                        vm.ending() == null
                                && vm.stall().p99() < 1_000_000
                                && vm.majorFaultsPerSecond() < 50);
    }

    @Test
    void whatIsClaimedHoldsByDirectRuns() {
        AdviceResult advice =
                advice("32MiB", "p99 stall < 1ms, major faults < 50/s", List.of(), 100);
        assertThat(advice.fits()).isEqualTo(Loops.fit(Loops.host(directory, "32MiB")));
        assertThat(advice.fitsRatio()).isEqualTo(advice.fits() * Loops.PAGES / 8192.0);
        assertThat(keep(direct("32MiB", advice.fits()))).isTrue();
        assertThat(keep(direct("32MiB", advice.fits() + 1))).isFalse();
        AdviceResult.Marginal marginal = advice.marginal();
        assertThat(marginal).isNotNull();
        assertThat(marginal.vms()).isEqualTo(advice.fits() + 1);
        assertThat(marginal.value()).isGreaterThanOrEqualTo(marginal.bound());
        long seed = marginal.seed();
        TrialResult broken = direct("32MiB", marginal.vms()).get((int) seed - 1);
        TrialResult.Vm vm =
                broken.vms().stream()
                        .filter(each -> each.name().equals(marginal.vm()))
                        .findFirst()
                        .orElseThrow();
        Metric metric = Objective.parse(marginal.metric() + bound(marginal)).getFirst().metric();
        assertThat(metric.of(vm)).isEqualTo(marginal.value());
    }

    private static String bound(AdviceResult.Marginal marginal) {
        return " < 1" + marginal.unit();
    }

    @Test
    void theCurveIsThatOfDirectRuns() {
        AdviceResult advice = advice("32MiB", "p99 stall < 1ms", List.of(), 100);
        assertThat(advice.points()).hasSizeGreaterThanOrEqualTo(8);
        assertThat(advice.points())
                .extracting(AdviceResult.Point::vms)
                .isSorted()
                .contains(advice.fits(), advice.fits() + 1);
        for (AdviceResult.Point point : advice.points()) {
            List<TrialResult> direct = direct("32MiB", point.vms());
            assertThat(point.ratio()).isEqualTo(point.vms() * Loops.PAGES / 8192.0);
            for (AdviceResult.Worst worst : point.worst()) {
                Metric metric =
                        Arrays.stream(Metric.values())
                                .filter(each -> each.label().equals(worst.metric()))
                                .findFirst()
                                .orElseThrow();
                double[] most =
                        direct.stream()
                                .mapToDouble(each ->
                                        each.vms().stream()
                                                .mapToDouble(metric::of)
                                                .max()
                                                .orElseThrow())
                                .sorted()
                                .toArray();
                assertThat(new double[] {worst.low(), worst.high()}).isEqualTo(most);
                assertThat(worst.median()).isEqualTo((most[0] + most[1]) / 2);
            }
        }
    }

    @Test
    void theSameQuestionHasTheSameAnswer() {
        String slo = "major faults < 2000/s, psi some < 50%";
        AdviceResult one = advice("32MiB", slo, List.of(KnobChoice.LRU), 100);
        AdviceResult two = advice("32MiB", slo, List.of(KnobChoice.LRU), 100);
        assertThat(one).usingRecursiveComparison().ignoringFields("wallSeconds").isEqualTo(two);
    }

    @Test
    void knobsAreTurnedOneAtATime() {
        AdviceResult advice =
                advice(
                        "32MiB",
                        "major faults < 50/s",
                        List.of(KnobChoice.SWAP, KnobChoice.LOW),
                        100);
        assertThat(advice.knobs())
                .extracting(AdviceResult.Knob::setting)
                .containsExactly(
                        "--set host.swap.device=disk",
                        "--set host.swap.device=ssd",
                        "--set host.swap.device=optane",
                        "--low 50%");
        for (AdviceResult.Knob knob : advice.knobs()) {
            assertThat(knob.fits()).isEqualTo(advice.fits() + knob.more());
            assertThat(knob.marginal()).isNotNull();
            assertThat(knob.marginal().holds()).isEqualTo(knob.more() > 0);
        }
    }

    @Test
    void aSearchEndsWhereItIsTold() {
        AdviceResult advice = advice("32MiB", "major faults < 50/s", List.of(), 3);
        assertThat(advice.fits()).isEqualTo(3);
        assertThat(advice.marginal()).isNull();
    }

    @Test
    void whoIsKilledKeepsNoObjective() {
        Advice.Question question =
                new Advice.Question(
                        _ -> Loops.host(directory, "32MiB", "host.swap.size=4MiB"),
                        Loops.population()
                                .with(
                                        new VmLimits(
                                                Limit.parse("10%"),
                                                VmLimits.NONE.high(),
                                                VmLimits.NONE.low(),
                                                VmLimits.NONE.min(),
                                                null)),
                        Objective.parse("major faults < 999999999/s"),
                        Loops.WATCH,
                        List.of(1L),
                        List.of(),
                        100);
        AdviceResult advice = Advice.of(question, Progress.SILENT);
        AdviceResult.Marginal marginal = advice.marginal();
        assertThat(marginal).isNotNull();
        assertThat(marginal.ending()).isEqualTo("memcg-oom");
        assertThat(advice.points()).anyMatch(point -> point.killed() > 0 && !point.holds());
    }

    @Test
    void aHostWithRoomForNobodyIsRefused() {
        assertThatThrownBy(() -> advice("1MiB", "psi some < 1%", List.of(), 100))
                .isInstanceOf(BadInput.class)
                .hasMessageContaining("no room for a single VM");
    }
}
