package org.gleaner.lab.advise;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.gleaner.lab.choice.SwapDeviceChoice;
import org.gleaner.lab.run.AdviceResult;
import org.gleaner.lab.run.PressureTarget;
import org.gleaner.lab.run.TrialRequest;
import org.gleaner.lab.scenario.HostShare;
import org.gleaner.lab.trace.Trace;
import org.jspecify.annotations.Nullable;

/// A result with what was asked and assumed beside what was found.
final class AdviceWords {

    private static final double NANOS = 1e9;

    private final Advice.Question question;
    private final Variation base;

    AdviceWords(Advice.Question question, Variation base) {
        this.question = question;
        this.base = base;
    }

    AdviceResult result(
            int fits,
            AdviceResult.@Nullable Marginal marginal,
            List<Integer> alsoHold,
            List<AdviceResult.Point> points,
            AdviceResult.@Nullable GivenBack givenBack,
            List<AdviceResult.Knob> knobs,
            int trials,
            double wallSeconds) {
        AdvisedHost host = base.host();
        TrialRequest.Watch watch = question.watch();
        VmLimits limits = base.of().limits();
        return new AdviceResult(
                question.objectives().stream().map(AdviceWords::bound).toList(),
                base.of().traces().stream().map(this::vms).toList(),
                host.settings(),
                host.configuration().aging(),
                host.pages(),
                share().usablePages(),
                new AdviceResult.Files(
                        limits.max().word(),
                        limits.high().word(),
                        limits.low().word(),
                        limits.min().word()),
                watch.requestAccesses(),
                watch.warmUpNanos() / NANOS,
                watch.nanos() / NANOS,
                question.seeds(),
                fits,
                base.ratio(fits),
                marginal,
                alsoHold,
                points,
                givenBack,
                knobs,
                assumptions(),
                trials,
                wallSeconds,
                List.of());
    }

    private static AdviceResult.Bound bound(Objective objective) {
        Metric metric = objective.metric();
        return new AdviceResult.Bound(
                objective.text(), metric.label(), metric.unit().label(), objective.bound());
    }

    /// Of the host's memory while nothing is compressed.
    private HostShare share() {
        long pages = base.host().pages();
        int bytes = base.host().pageSize().bytes();
        return HostShare.of(pages, pages, pages, SwapDeviceChoice.NONE, bytes);
    }

    private AdviceResult.Vms vms(Trace trace) {
        return new AdviceResult.Vms(
                trace.name(),
                trace.length(),
                trace.distinctPages(),
                base.of().accessesPerSecond(trace),
                trace.hasTimes());
    }

    private List<String> assumptions() {
        TrialRequest.Watch watch = question.watch();
        List<String> all = new ArrayList<>();
        all.add(
                "every VM has to keep every objective with every seed; figures are those of the VM"
                        + " that does worst");
        all.add(
                "a stall is how much longer a request of %,d accesses takes than with nothing in its"
                                .formatted(watch.requestAccesses())
                        + " way: faults and what they wait for, and flushes");
        all.add(
                "a VM begins with all pages that its trace touches, the oldest where its host wants"
                        + " them, goes round its trace, and computes between accesses as its pace"
                        + " says; its start in the trace hangs on the seed");
        all.add(
                String.format(
                        Locale.ROOT,
                        "VMs are watched for %.3g s, %.3g s after the last has its memory",
                        watch.nanos() / NANOS,
                        watch.warmUpNanos() / NANOS));
        for (Trace trace : base.of().traces()) {
            all.add(pace(trace));
            if (!trace.caveat().isEmpty()) {
                all.add(trace.name() + ": " + trace.caveat());
            }
        }
        all.add(
                "a VM has one vCPU, on a CPU of its own whatever host.cpus says; kswapd has"
                        + " another");
        all.add(
                "VMs share no page, give none back by themselves, and nothing else runs on the"
                        + " host");
        PressureTarget target = base.of().limits().target();
        if (target != null) {
            all.add(asking(target));
        }
        HostShare share = share();
        all.add(
                String.format(
                        Locale.ROOT,
                        "the ratio is what VMs touch by the host's memory, of which struct page"
                                + " takes %.1f %%, page tables %.1f %% and the kernel %.1f %%; what is"
                                + " in zram takes its compressed size",
                        100.0 * share.structPages() / share.hostPages(),
                        100.0 * share.tablePages() / share.hostPages(),
                        100.0 * share.otherPages() / share.hostPages()));
        return all;
    }

    private static String asking(PressureTarget target) {
        return String.format(
                Locale.ROOT,
                "memory is asked back from every VM, %s %% of it each %s ms at most, for as long as"
                        + " its psi some is below %s %% (published for a fleet with 6 s); what is in"
                        + " zram still takes its compressed size",
                100 * target.step(),
                target.intervalNanos() / 1_000_000,
                target.somePercent());
    }

    private String pace(Trace trace) {
        return String.format(
                Locale.ROOT,
                "%s makes %,.0f accesses a second %s",
                trace.name(),
                base.of().accessesPerSecond(trace),
                trace.hasTimes() ? "as recorded, evenly" : "(--pace)");
    }
}
