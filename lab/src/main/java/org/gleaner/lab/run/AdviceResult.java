package org.gleaner.lab.run;

import java.util.List;
import org.gleaner.lab.choice.AgingChoice;
import org.gleaner.lab.scenario.HostSettings;
import org.jspecify.annotations.Nullable;

/// How many VMs a host holds, and what would change that. The components are the fields of the JSON
/// document.
///
/// @param objectives that every VM has to keep, with every seed
/// @param vms what they are made of, in the order in which copies are taken
/// @param aging how the host learns of guests' accesses
/// @param hostPages memory of the host
/// @param usablePages of it that guests can have while nothing is compressed
/// @param requestAccesses accesses of a request, whose stalls are added up
/// @param fits VMs that keep the objectives, as every smaller number does that was tried
/// @param fitsRatio what they touch by what the host has
/// @param marginal what breaks with one more; null if the search ended before anything did
/// @param alsoHold larger numbers that keep them again
/// @param points the curve, by number of VMs
/// @param givenBack what VMs gave back up to a target of pressure; null if there is none
/// @param assumptions one line each
/// @param trials hosts that were run for it
public record AdviceResult(
        List<Bound> objectives,
        List<Vms> vms,
        HostSettings host,
        AgingChoice aging,
        long hostPages,
        long usablePages,
        Files limits,
        int requestAccesses,
        double warmUpSeconds,
        double seconds,
        List<Long> seeds,
        int fits,
        double fitsRatio,
        @Nullable Marginal marginal,
        List<Integer> alsoHold,
        List<Point> points,
        @Nullable GivenBack givenBack,
        List<Knob> knobs,
        List<String> assumptions,
        int trials,
        double wallSeconds,
        List<String> failures)
        implements Result {

    public AdviceResult {
        objectives = List.copyOf(objectives);
        vms = List.copyOf(vms);
        seeds = List.copyOf(seeds);
        alsoHold = List.copyOf(alsoHold);
        points = List.copyOf(points);
        knobs = List.copyOf(knobs);
        assumptions = List.copyOf(assumptions);
        failures = List.copyOf(failures);
    }

    /// What a figure of every VM has to stay below.
    ///
    /// @param text as it was asked
    /// @param unit of `bound`: `ns`, `/s` or `%`
    public record Bound(String text, String metric, String unit, double bound) {}

    /// The VMs of one trace.
    ///
    /// @param recorded whether the pace is that of the recording
    public record Vms(
            String trace,
            long accesses,
            long distinctPages,
            double accessesPerSecond,
            boolean recorded) {}

    /// Files of every VM's cgroup, as they are written; a share is of what the VM touches.
    public record Files(String max, String high, String low, String min) {}

    /// What one VM too many breaks.
    ///
    /// @param vms how many there were
    /// @param room false if so many have no room in memory and swap together, and were not tried;
    ///     all else is then null
    /// @param vm that exceeds its bound most
    /// @param ending if it was killed, why; `metric` is null then
    /// @param value in `unit`, as `bound`
    public record Marginal(
            int vms,
            boolean room,
            @Nullable String vm,
            @Nullable String trace,
            @Nullable Long seed,
            @Nullable String ending,
            @Nullable String metric,
            @Nullable String unit,
            @Nullable Double value,
            @Nullable Double bound) {}

    /// A metric of the VM that does worst: the least, the median and the most over the seeds.
    ///
    /// @param unit `ns`, `/s` or `%`
    public record Worst(String metric, String unit, double low, double median, double high) {}

    /// A number of VMs.
    ///
    /// @param ratio what they touch by what the host has
    /// @param holds whether every VM keeps every objective with every seed
    /// @param killed seeds with which a VM was killed
    public record Point(int vms, double ratio, boolean holds, int killed, List<Worst> worst) {
        public Point {
            worst = List.copyOf(worst);
        }
    }

    /// What VMs had left at the end of a trial in which they were asked for memory for as long as
    /// they did not feel it: of as many as fit, at least one, with the first seed.
    ///
    /// @param targetPercent of pressure, up to which they were asked
    /// @param intervalSeconds how often
    /// @param stepPercent of what they had that they were asked for at most at a time
    /// @param savedPercent of what they touch that they did not have in the end
    public record GivenBack(
            double targetPercent,
            double intervalSeconds,
            double stepPercent,
            long seed,
            long touchedPages,
            long residentPages,
            double savedPercent,
            List<Giver> vms) {
        public GivenBack {
            vms = List.copyOf(vms);
        }
    }

    /// One of them.
    ///
    /// @param figures what it suffered, by the metrics of the curve
    public record Giver(
            String vm,
            long touchedPages,
            long residentPages,
            double savedPercent,
            List<Figure> figures) {
        public Giver {
            figures = List.copyOf(figures);
        }
    }

    /// A metric of one VM.
    ///
    /// @param unit `ns`, `/s` or `%`
    public record Figure(String metric, String unit, double value) {}

    /// One thing done otherwise.
    ///
    /// @param setting the option that does it
    /// @param fits as above
    /// @param more VMs than without it
    /// @param marginal the number of VMs that breaks without it, where there is room for it
    public record Knob(String setting, int fits, int more, @Nullable Point marginal) {}
}
