package org.gleaner.lab.execute.validate;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Nearest;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.execute.scenario.AccessTrackingRun;
import org.gleaner.lab.execute.scenario.DemandPagingRun;
import org.gleaner.lab.run.AccessTrackingResult;
import org.gleaner.lab.run.DemandPagingResult;
import org.gleaner.lab.run.DirtyLogPerfResult;
import org.gleaner.lab.run.MaxGuestMemoryResult;
import org.gleaner.lab.run.NeighboursResult;
import org.gleaner.lab.run.ScenarioResult;
import org.gleaner.lab.run.WorkDone;
import org.gleaner.lab.scenario.AccessTracking;
import org.gleaner.lab.scenario.DemandPaging;
import org.gleaner.lab.scenario.DirtyLogPerf;
import org.gleaner.lab.scenario.MaxGuestMemory;
import org.gleaner.lab.scenario.Neighbours;
import org.gleaner.lab.scenario.Scenario;
import org.gleaner.lab.size.Scale;
import org.gleaner.lab.validate.PublishedTime;
import org.gleaner.lab.validate.Timed;

/// What a scenario's result says of a published row.
final class Measured {
    private static final String MEND =
            "give dirty to dirty-log-perf, rate to demand-paging, vcpu and pass to access-tracking's benchmark, age-written,"
                    + " age-read and age-idle to access-tracking without it, run2 to max-guest-memory,"
                    + " work and round to neighbours with phases";

    private Measured() {}

    /// Whether the scenario can answer the row.
    ///
    /// @throws BadInput if it has no such configuration, or does not time that
    static void check(PublishedTime row, Scenario scenario) {
        List<String> names = names(scenario);
        for (String each : row.configurations()) {
            if (!names.contains(each)) {
                throw new BadInput(
                        row.place(),
                        "no configuration '" + each + "' in " + row.scenario(),
                        Nearest.mend(each, names));
            }
        }
        boolean timed =
                switch (row.timed()) {
                    case DIRTY -> scenario instanceof DirtyLogPerf;
                    case RATE -> scenario instanceof DemandPaging;
                    case VCPU, PASS ->
                            scenario instanceof AccessTracking tracking && tracking.benchmark();
                    case AGE_WRITTEN, AGE_READ, AGE_IDLE ->
                            scenario instanceof AccessTracking tracking && !tracking.benchmark();
                    case RUN2 -> scenario instanceof MaxGuestMemory;
                    case WORK, ROUND ->
                            scenario instanceof Neighbours all
                                    && all.guests().stream()
                                            .anyMatch(each -> !each.phases().isEmpty());
                };
        if (!timed) {
            throw new BadInput(
                    row.place(),
                    "metric '" + row.timed().word() + "' is not of " + row.scenario(),
                    MEND);
        }
    }

    private static List<String> names(Scenario scenario) {
        return switch (scenario) {
            case AccessTracking tracking -> AccessTrackingRun.names(tracking);
            case DemandPaging paging -> DemandPagingRun.names(paging);
            default -> Support.names(scenario);
        };
    }

    /// The row's figure as at full size; empty if a configuration did not come to its end.
    static OptionalDouble of(PublishedTime row, ScenarioResult result, Scale scale) {
        double[] each =
                row.configurations().stream()
                        .map(name -> of(row.timed(), name, result))
                        .filter(OptionalDouble::isPresent)
                        .mapToDouble(OptionalDouble::getAsDouble)
                        .toArray();
        if (each.length < row.configurations().size()) {
            return OptionalDouble.empty();
        }
        if (each.length == 2) {
            return OptionalDouble.of(each[0] / each[1]);
        }
        double whole = row.timed().scales() ? (double) scale.whole() / scale.part() : 1;
        return OptionalDouble.of(each[0] * whole);
    }

    private static OptionalDouble of(Timed timed, String name, ScenarioResult result) {
        return switch (result) {
            case DirtyLogPerfResult log ->
                    log.runs().stream()
                            .filter(run -> run.configuration().name().equals(name))
                            .mapToDouble(run -> pass(run, log.setting().scenario().iterations()))
                            .findFirst();
            case DemandPagingResult paging ->
                    paging.runs().stream()
                            .filter(run -> run.label().equals(name))
                            .mapToDouble(run -> run.pagesPerSecond() / 1e3)
                            .findFirst();
            case AccessTrackingResult tracking ->
                    tracking.runs().stream()
                            .filter(run -> run.configuration().name().equals(name))
                            .flatMapToDouble(run -> aged(timed, run).stream())
                            .findFirst();
            case MaxGuestMemoryResult all ->
                    all.runs().stream()
                            .filter(run -> run.configuration().name().equals(name))
                            .mapToDouble(MaxGuestMemoryResult.Run::run2Seconds)
                            .findFirst();
            case NeighboursResult neighbours ->
                    neighbours.runs().stream()
                            .filter(run -> run.configuration().name().equals(name))
                            .mapToDouble(run -> worked(timed, neighbours, run))
                            .findFirst();
            default -> OptionalDouble.empty();
        };
    }

    private static double worked(Timed timed, NeighboursResult result, NeighboursResult.Run run) {
        return timed == Timed.WORK
                ? WorkDone.of(result, run).getLast().operationsPerSecond()
                : WorkDone.lastRoundSeconds(run);
    }

    private static double pass(DirtyLogPerfResult.Run run, int iterations) {
        return run.seconds(DirtyLogPerfResult.Step.DIRTY) / iterations;
    }

    private static OptionalDouble aged(Timed timed, AccessTrackingResult.Run run) {
        Stream<AccessTrackingResult.Benchmark> benchmark = Stream.ofNullable(run.benchmark());
        return switch (timed) {
            case VCPU ->
                    benchmark
                            .mapToDouble(AccessTrackingResult.Benchmark::slowestVcpuSeconds)
                            .findFirst();
            case PASS ->
                    benchmark.mapToDouble(AccessTrackingResult.Benchmark::passSeconds).findFirst();
            case AGE_WRITTEN -> after(AccessTrackingRun.WRITE_IDLE, 1, run);
            case AGE_READ -> after(AccessTrackingRun.READ_IDLE, 1, run);
            case AGE_IDLE -> after(AccessTrackingRun.READ_IDLE, 2, run);
            default -> OptionalDouble.empty();
        };
    }

    /// The phase that comes `later` phases after the one of this name.
    private static OptionalDouble after(String phase, int later, AccessTrackingResult.Run run) {
        List<AccessTrackingResult.Phase> all = run.phases();
        for (int i = 0; i + later < all.size(); i++) {
            if (all.get(i).name().equals(phase)) {
                return OptionalDouble.of(all.get(i + later).seconds());
            }
        }
        return OptionalDouble.empty();
    }
}
