package org.gleaner.lab.execute.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.PageSizeChoice;
import org.gleaner.lab.choice.PolicyChoice;
import org.gleaner.lab.observe.Observation;
import org.gleaner.lab.run.Combination;
import org.gleaner.lab.run.Factor;
import org.gleaner.lab.run.HostChoices;
import org.gleaner.lab.run.ReplayPlan;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Sampling;
import org.gleaner.lab.sample.Interval;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.trace.Trace;
import org.gleaner.lab.trace.TraceReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a whole trace comes to lies within the bands that its samples give.
final class SampleBandsTest {

    private static final Path TRACES = Path.of("..", "traces");
    private static final int[] PERCENT = {75, 50, 25};

    @Tag("long")
    @ParameterizedTest
    @ValueSource(strings = {"zipf", "scanhot", "phases", "objects", "python"})
    void theWholeLiesInTheBandsOfItsSamples(String name) {
        Trace trace = TraceReader.read(TRACES.resolve(name + ".u32.xz"));
        List<ReplayResult> whole = replay(trace, null, 1);
        for (int part : new int[] {4, 16}) {
            List<ReplayResult> sampled = replay(trace, new Scale(1, part), 1);
            for (int i = 0; i < whole.size(); i++) {
                contains(sampled.get(i), whole.get(i));
            }
        }
    }

    private static void contains(ReplayResult sampled, ReplayResult whole) {
        Sampling sampling = Objects.requireNonNull(sampled.sample());
        String what = sampling.rate() + " of " + whole.trace() + " at " + whole.memoryPages();
        Interval band = sampling.pgmajfault();
        assertThat(whole.count("pgmajfault"))
                .as("major faults, %s", what)
                .isBetween(band.low(), band.high());
        assertThat(sampled.count("pgmajfault")).isBetween(band.low(), band.high());
        Objects.requireNonNull(whole.misses())
                .forEach((policy, misses) -> {
                    Interval bounds =
                            Objects.requireNonNull(
                                    Objects.requireNonNull(sampling.misses()).get(policy));
                    assertThat(misses)
                            .as("%s, %s", policy, what)
                            .isBetween(bounds.low(), bounds.high());
                    if (sampling.rate().whole() == 4) {
                        assertThat(bounds.high() - bounds.low())
                                .as("a band that says something: %s, %s", policy, what)
                                .isLessThan(misses);
                    }
                });
    }

    private static List<ReplayResult> replay(Trace trace, @Nullable Scale sample, long seed) {
        List<Combination> all = new ArrayList<>();
        for (int percent : PERCENT) {
            long memory = (long) trace.distinctPages() * percent / 100;
            ReplayRequest request =
                    new ReplayRequest(
                            trace,
                            memory,
                            HostChoices.swappingTo(
                                            ReplayRequest.ampleSwap(trace, PageSizeChoice.KIB_4))
                                    .withSeed(seed),
                            0);
            all.add(
                    new Combination(
                            percent + "%", Map.of(Factor.MEMORY, percent + "%"), List.of(request)));
        }
        List<PolicyChoice> policies =
                List.of(
                        PolicyChoice.LRU,
                        PolicyChoice.FIFO,
                        PolicyChoice.CLOCK,
                        PolicyChoice.OPT,
                        PolicyChoice.ARC,
                        PolicyChoice.SIEVE);
        return ReplayRuns.run(
                        new ReplayPlan(all, policies, false, null, sample, Observation.NONE),
                        ReplayRun::run,
                        Progress.SILENT)
                .replays()
                .stream()
                .map(each -> each.first())
                .toList();
    }
}
