package org.gleaner.lab.execute.replay;

import java.util.ArrayList;
import java.util.List;
import org.gleaner.lab.BadInput;
import org.gleaner.lab.Progress;
import org.gleaner.lab.choice.Backing;
import org.gleaner.lab.choice.Thp;
import org.gleaner.lab.choice.Through;
import org.gleaner.lab.execute.host.Support;
import org.gleaner.lab.observe.HostSeries;
import org.gleaner.lab.run.ReplayExecutor;
import org.gleaner.lab.run.ReplayRequest;
import org.gleaner.lab.run.ReplayResult;
import org.gleaner.lab.run.Sampling;
import org.gleaner.lab.sample.Interval;
import org.gleaner.lab.sample.PageSample;
import org.gleaner.lab.trace.Trace;
import org.gleaner.mm.folio.PageSize;
import org.jspecify.annotations.Nullable;

/// Replays a sample of a trace, and the sample's random groups, in place of the whole.
///
/// The limit shrinks with the pages, but for what the kernel takes of it, which is no less for a
/// sample; swap and the distance of forced agings shrink as well. Batches do not: the kernel scans
/// and reclaims 32 pages and more at a time. That is what the bands tell by comparing the sample
/// with its groups.
final class SampledReplay implements ReplayExecutor {

    private final ReplayExecutor executor;
    private final PageSamples samples;

    SampledReplay(ReplayExecutor executor, PageSamples samples) {
        this.executor = executor;
        this.samples = samples;
    }

    @Override
    public ReplayResult run(ReplayRequest request, Progress progress, @Nullable HostSeries series) {
        check(request);
        long start = System.nanoTime();
        PageSample sample = samples.of(request.trace(), request.seed());
        ReplayRequest shrunk = shrunk(request, sample, sample.trace());
        ReplayResult whole = executor.run(shrunk, Progress.quiet(progress), series);
        List<Double> groups = new ArrayList<>();
        for (Trace group : sample.groups()) {
            ReplayResult part =
                    executor.run(shrunk(request, sample, group), Progress.quiet(progress));
            if (!part.oomKill()) {
                groups.add(faults(part) / sample.share(group));
            }
        }
        double share = sample.share();
        Sampling sampling =
                new Sampling(
                        samples.rate(),
                        sample.trace().distinctPages(),
                        sample.trace().length(),
                        shrunk.memoryPages(),
                        groups.size(),
                        Interval.CONFIDENCE,
                        Interval.of(
                                faults(whole) / share, groups, share, 0, request.trace().length()),
                        null);
        return whole.ofWhole(request, 1 / share, sampling, (System.nanoTime() - start) / 1e9);
    }

    private static double faults(ReplayResult result) {
        return result.count("pgmajfault");
    }

    private static void check(ReplayRequest request) {
        if (request.thp() == Thp.ALWAYS) {
            throw new BadInput("--sample", "takes single pages, no huge ones", "use --thp never");
        }
        if (request.backing() == Backing.MEMFD) {
            throw new BadInput(
                    "--sample",
                    "a memfd's index does not shrink with its pages",
                    "use --backing anon");
        }
    }

    private static ReplayRequest shrunk(ReplayRequest request, PageSample sample, Trace part) {
        long fixed = kernelPages(request, sample.of());
        long limit = request.memoryPages();
        if (limit > fixed) {
            limit = kernelPages(request, part) + Math.max(1, sample.shrunk(limit - fixed, part));
        }
        boolean ample =
                request.swapPages() >= ReplayRequest.ampleSwap(sample.of(), request.pageSize());
        long swap =
                ample || request.swapPages() == 0
                        ? request.swapPages()
                        : Math.max(1, sample.shrunk(request.swapPages(), part));
        long age = request.ageEvery();
        double accesses = part.length() / (double) sample.of().length();
        long every = age == 0 ? 0 : Math.max(1, Math.round(age * accesses));
        // the share of a sample in what a CPU keeps is none to speak of
        return request.of(part, limit, swap, every).withoutTranslations();
    }

    /// Pages of the limit that hold nothing of the trace.
    private static long kernelPages(ReplayRequest request, Trace part) {
        PageSize page = Support.paging(request).page();
        int lowest = Math.ceilDiv(part.regionPages(), page.hugePages());
        long tables =
                request.through() == Through.KVM
                        ? GuestTables.paid(lowest, part.length(), page)
                        : 0L;
        return tables + ReplayRequest.STANDING_PAGES;
    }
}
