package org.gleaner.cli;

import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.advise.Population;
import org.gleaner.lab.advise.VmLimits;
import org.gleaner.lab.run.PressureTarget;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.scenario.Limit;
import org.gleaner.lab.size.Span;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options that say what VMs made of traces do, and how they are watched.
final class VmOptions {

    private static final int MOST_PACE = 10_000_000;
    private static final int MOST_REQUEST = 10_000_000;
    private static final long MOST_NANOS = 3600L * 1_000_000_000;
    private static final double NANOS = 1e9;

    @Option(
            names = "--pace",
            paramLabel = "N",
            defaultValue = "1000000",
            description =
                    "Accesses a second of a VM that nothing holds up, 1 to 10000000, unless its"
                            + " trace has times (default: 1000000).")
    private int pace = 1_000_000;

    @Option(
            names = "--watch",
            paramLabel = "TIME",
            defaultValue = "500ms",
            description = "How long VMs are watched (default: 500ms).")
    private Span watch = Span.parse("500ms");

    @Option(
            names = "--warm-up",
            paramLabel = "TIME",
            defaultValue = "500ms",
            description = "How long they run before, with all of their memory (default: 500ms).")
    private Span warmUp = Span.parse("500ms");

    @Option(
            names = "--request",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "Accesses of a request, whose stalls are added up, 1 to 10000000"
                            + " (default: 1000).")
    private int request = 1000;

    @Option(
            names = "--max",
            paramLabel = "LIMIT",
            defaultValue = "max",
            description =
                    "memory.max of every VM: a size, a share of what it touches, or max"
                            + " (default: max).")
    private Limit max = VmLimits.NONE.max();

    @Option(
            names = "--high",
            paramLabel = "LIMIT",
            defaultValue = "max",
            description = "memory.high, likewise (default: max).")
    private Limit high = VmLimits.NONE.high();

    @Option(
            names = "--low",
            paramLabel = "LIMIT",
            defaultValue = "0",
            description = "memory.low, likewise (default: 0).")
    private Limit low = VmLimits.NONE.low();

    @Option(
            names = "--min",
            paramLabel = "LIMIT",
            defaultValue = "0",
            description = "memory.min, likewise (default: 0).")
    private Limit min = VmLimits.NONE.min();

    @Option(
            names = "--psi-target",
            paramLabel = "SHARE",
            description =
                    "Ask memory back from every VM for as long as its PSI some is below this, such"
                            + " as 0.1%% (default: none is asked back).")
    private @Nullable PressureTarget target;

    /// @throws BadInput if one of them is out of range
    void check() {
        InRange.check("--pace", pace, 1, MOST_PACE);
        InRange.check("--request", request, 1, MOST_REQUEST);
        if (watch.nanos() < 1 || watch.nanos() > MOST_NANOS) {
            throw new BadInput("--watch", watch + " is out of range", "give 1ns to 3600s");
        }
        if (warmUp.nanos() > MOST_NANOS) {
            throw new BadInput("--warm-up", warmUp + " is out of range", "give 0s to 3600s");
        }
    }

    /// How they are watched.
    TrialRequest.Watch watch() {
        return new TrialRequest.Watch(request, warmUp.nanos(), watch.nanos());
    }

    /// The VMs.
    ///
    /// @throws BadInput if a limit comes to nothing of a trace, or a recorded pace is too high
    Population population(List<Trace> traces) {
        for (Trace trace : traces) {
            checkLimits(trace);
            double own = accessesPerSecond(trace);
            if (own > MOST_PACE) {
                throw new BadInput(
                        trace.name(),
                        "was recorded at %,.0f accesses a second, more than a VM makes"
                                .formatted(own),
                        "leave its times out");
            }
        }
        return new Population(
                traces, this::accessesPerSecond, new VmLimits(max, high, low, min, target));
    }

    private void checkLimits(Trace trace) {
        List<Limit> all = List.of(max, high, low, min);
        List<String> names = List.of("--max", "--high", "--low", "--min");
        for (int i = 0; i < all.size(); i++) {
            try {
                all.get(i).pages(trace.distinctPages(), trace.pageBytes());
            } catch (BadInput bad) {
                throw bad.at(names.get(i) + " " + all.get(i) + " of " + trace.name());
            }
        }
    }

    /// As recorded, on the whole, or as the option says.
    private double accessesPerSecond(Trace trace) {
        long nanos = trace.hasTimes() ? trace.dueNanos(trace.length() - 1) : 0;
        return nanos > 0 ? firstAt(trace, nanos) / (nanos / NANOS) : pace;
    }

    /// The first access at the last time that was kept, which is not that of every access.
    private static long firstAt(Trace trace, long nanos) {
        long before = 0;
        long at = trace.length() - 1;
        while (at - before > 1) {
            long middle = (before + at) >>> 1;
            if (trace.dueNanos(middle) < nanos) {
                before = middle;
            } else {
                at = middle;
            }
        }
        return at;
    }
}
